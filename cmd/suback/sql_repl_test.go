package main

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// TestREPL types lines, and looks at what is printed behind each prompt.
func TestREPL(t *testing.T) {
	for _, tt := range []struct{ typed, want string }{
		{`.payload {"temp":21}` + "\n" + `SELECT temp AS t`, `{"t":21}`},
		{`.payload {"temp":21}` + "\n" + `SELECT * WHERE tmp > 1`, "no: `tmp > 1` is Undefined: `tmp` is Undefined: the payload has `temp`"},
		{`.payload {"temp"`, `error: --payload is "{\"temp\"", want JSON, a file that exists, or -`},
		{".topic a/b\nSELECT topic(2) AS l FROM 'a/+'", `{"l":"b"}`},
		{".client c\nSELECT clientid() AS c", `{"c":"c"}`},
		{".version 2015-10-08\nSELECT [1] AS a", "error: line 1, column 8 (offset 7): an array in the statement"},
		{".version 1", `error: SQL version "1"`},
		{".foo", "error: there is no .foo, want .payload"},
		{"SELECT", "error: line 1, column 7 (offset 6): the end: want a value"},
		{".help", ".payload JSON or a file"},
		{".quit\nSELECT 1 AS never", "sql> "},
		{"\n", "sql> "},
	} {
		var out strings.Builder
		p := &program{stdout: &out}
		if err := newREPL(p, &sqlFlags{payload: "{}"}, sql.V2016).run(t.Context(), strings.NewReader(tt.typed)); err != nil {
			t.Errorf("%q: got %v, want no error", tt.typed, err)
		}
		_, got, _ := strings.Cut(out.String(), "sql> ")
		if !strings.Contains("sql> "+got, tt.want) || strings.Contains(got, "never") {
			t.Errorf("%q: got %q, want %q (issue 16, part 7)", tt.typed, got, tt.want)
		}
	}
}
