package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/suback/suback/emulator/services/rules/sql"
	"github.com/suback/suback/emulator/tree"
)

// An sqlCase is one of AWS's validation tool for rules: its files run here as
// they are. A file may have an array of them.
type sqlCase struct {
	SQLVersion     string          `json:"sqlVersion"` // default 2016-03-23, as the tool's
	Topic          string          `json:"topic"`
	ClientID       string          `json:"clientId"` // not the tool's
	InputPayload   json.RawMessage `json:"inputPayload"`
	InputSQL       string          `json:"inputSql"`
	ExpectedOutput json.RawMessage `json:"expectedOutput"` // null: nothing happens; not the tool's

	name string
}

// sqlTest plays the cases of files, and of the folders among them.
func (p *program) sqlTest(ctx context.Context, f *sqlFlags, paths []string) error {
	if len(paths) == 0 {
		return usagef("sql test: want files or folders with cases, as {\"topic\", \"inputPayload\", \"inputSql\", \"expectedOutput\"}")
	}
	cases, err := readSQLCases(paths)
	if err != nil {
		return usageError{err}
	}
	report, err := openReport(f.junit)
	if err != nil {
		return err
	}
	defer report.close()
	var results []sqlOutcome
	failed := 0
	for _, c := range cases {
		began := time.Now()
		problem := c.play(ctx, *f)
		results = append(results, sqlOutcome{c.name, problem, time.Since(began)})
		if problem == "" {
			p.line("ok    %s", c.name)
			continue
		}
		failed++
		p.line("FAIL  %s", c.name)
		for text := range strings.SplitSeq(problem, "\n") {
			p.line("      %s", text)
		}
	}
	fmt.Fprintf(p.stdout, "%d passed, %d failed\n", len(cases)-failed, failed)
	if err := report.fill(func(w io.Writer) error { return writeJUnit(w, results) }); err != nil {
		return err
	}
	if failed > 0 {
		return errNo
	}
	return nil
}

// readSQLCases reads files; of a folder, those that end in .json.
func readSQLCases(paths []string) (cases []sqlCase, err error) {
	for _, path := range paths {
		files, err := filesIn(path, ".json")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			more, err := readSQLFile(file)
			if err != nil {
				return nil, err
			}
			cases = append(cases, more...)
		}
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("there are no cases in %s, want files that end in .json", strings.Join(paths, ", "))
	}
	return cases, nil
}

func readSQLFile(file string) ([]sqlCase, error) {
	text, err := tree.ReadFile(file, tree.MaxFile)
	if err != nil {
		return nil, err
	}
	many := bytes.HasPrefix(bytes.TrimSpace(text), []byte("["))
	cases := make([]sqlCase, 1)
	if many {
		err = json.Unmarshal(text, &cases)
	} else {
		err = json.Unmarshal(text, &cases[0])
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w, want a case in JSON, or an array of them", file, err)
	}
	for i := range cases {
		c := &cases[i]
		if c.name = file; many {
			c.name = fmt.Sprintf("%s[%d]", file, i)
		}
		if c.InputSQL == "" || c.InputPayload == nil || c.ExpectedOutput == nil {
			return nil, fmt.Errorf("%s: want inputPayload, inputSql and expectedOutput", c.name)
		}
	}
	return cases, nil
}

// play returns what is wrong, or nothing.
func (c *sqlCase) play(ctx context.Context, f sqlFlags) string {
	if c.SQLVersion == "" {
		c.SQLVersion = "2016-03-23"
	}
	ver, err := sql.ParseVersion(c.SQLVersion)
	if err != nil {
		return err.Error()
	}
	s, err := sql.Parse(c.InputSQL, ver)
	if err != nil {
		return err.Error()
	}
	f.topic = c.Topic
	if c.ClientID != "" {
		f.client = c.ClientID
	}
	t := f.try(ctx, s, []byte(plainJSON(c.InputPayload)))
	got, want := string(t.Payload), plainJSON(c.ExpectedOutput)
	nothing := string(c.ExpectedOutput) == "null"
	switch {
	case !t.Yes() && nothing:
		return ""
	case !t.Yes():
		got = "nothing"
	case nothing:
		want = "nothing"
	case sameOutput(got, want, c.ExpectedOutput[0] == '"'):
		return ""
	}
	return strings.Join(append([]string{"got  " + got, "want " + want}, t.Lines()...), "\n")
}

// plainJSON is the text of a JSON string, and other JSON as it is.
func plainJSON(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil && len(raw) > 0 && raw[0] == '"' {
		return s
	}
	return string(raw)
}

// sameOutput compares as JSON. Where the case has a text, its numbers must be written the
// same: the tool compares texts, and 5 is not 5.0 there.
func sameOutput(got, want string, asText bool) bool {
	decode := func(text string) (v any, ok bool) {
		d := json.NewDecoder(strings.NewReader(text))
		if asText {
			d.UseNumber()
		}
		err := d.Decode(&v)
		return v, err == nil && !d.More()
	}
	a, ok := decode(got)
	b, ok2 := decode(want)
	if !ok || !ok2 {
		return got == want
	}
	return reflect.DeepEqual(a, b)
}
