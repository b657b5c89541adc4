package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// AWS's own command line, with nothing changed but --endpoint-url; to one that is older
// than an operation AWS's model of that is given (testdata/awscli). What it prints
// is compared member by member: one more or one less is a fault.

// A cli is the command line for one account, with a folder of its own.
type cli struct {
	t      *testing.T
	folder string
	env    []string
	path   string
	first  []string // of every command
	two    bool     // its major version
	loaded bool     // it runs in sharedCLI
}

func newCLI(t *testing.T, e *emulator.Emulator) *cli {
	t.Helper()
	path, err := exec.LookPath("aws")
	if err != nil {
		missing(t, "AWS's command line", "apt-get install awscli")
	}
	c := &cli{t: t, folder: t.TempDir(), path: path}
	config := filepath.Join(c.folder, "config")
	testdata, err := filepath.Abs("testdata")
	must(t, err)
	// The first answer counts: it would ask again, for seconds, when it is told to.
	must(t, os.WriteFile(config, []byte("[default]\ncli_timestamp_format = iso8601\ncli_pager =\nmax_attempts = 1\n"), 0o600))
	c.env = []string{
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_CONFIG_FILE=" + config,
		"AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(c.folder, "credentials"), "AWS_EC2_METADATA_DISABLED=true",
		"ENDPOINT_URL=http://" + e.Addr(emulator.HTTP), "PYTHONWARNINGS=ignore",
		"AWS_DATA_PATH=" + filepath.Join(testdata, "awscli"), // what Debian 12's does not know yet
	}
	if version := sharedCLI.load(t, path, c.env); version != "" {
		c.loaded, c.two = true, strings.HasPrefix(version, "2.")
	} else {
		version, problem := c.command(path, "--version")
		c.two = strings.Contains(version+problem, "aws-cli/2") // old ones print it as an error
	}
	c.first = []string{"--endpoint-url", "http://" + e.Addr(emulator.HTTP), "--region", emulator.RegistryOf(e).Region()}
	return c
}

// command runs any program in the folder, and returns what it printed. problem
// is what it printed as error, if it failed.
func (c *cli) command(name string, args ...string) (printed, problem string) {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), name, args...)
	cmd.Dir, cmd.Env = c.folder, append(os.Environ(), c.env...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return string(out), strings.TrimSpace(string(exit.Stderr)) + " [" + exit.String() + "]"
	case err != nil:
		c.t.Fatal(err)
	}
	return string(out), ""
}

// run runs a command of AWS's command line, as command does.
func (c *cli) run(args []string) (printed, problem string) {
	c.t.Helper()
	args = append(slices.Clone(c.first), args...)
	if !c.loaded {
		return c.command(c.path, args...)
	}
	printed, problem, err := sharedCLI.run(loadedCommand{c.folder, c.env, args})
	must(c.t, err)
	return printed, problem
}

// aws runs a command and checks what it prints: see compare. No want is
// nothing printed.
func (c *cli) aws(want, source string, args ...string) answer {
	c.t.Helper()
	printed, problem := c.run(args)
	if problem != "" {
		c.t.Fatalf("aws %s: %s (%s)", strings.Join(args, " "), problem, source)
	}
	return compare(c.t, "aws "+strings.Join(args[:2], " "), printed, want, source)
}

// refused runs a command that must fail with this exception and sentence.
func (c *cli) refused(exception, sentence, source string, args ...string) {
	c.t.Helper()
	_, problem := c.run(args)
	if want := "An error occurred (" + exception + ") when calling the "; !strings.Contains(problem, want) ||
		!strings.Contains(problem, " operation: "+sentence) {
		c.t.Errorf("aws %s: got %q, want %s: %s (%s)", strings.Join(args, " "), problem, exception, sentence, source)
	}
}

// blob is bytes as an argument: versions 2 want base64 of them.
func (c *cli) blob(s string) string {
	if c.two {
		return base64.StdEncoding.EncodeToString([]byte(s))
	}
	return s
}

// write makes a file in the folder, for file:// and fileb://.
func (c *cli) write(name string, content []byte) string {
	c.t.Helper()
	must(c.t, os.WriteFile(filepath.Join(c.folder, name), content, 0o600))
	return name
}

// An answer is an object in JSON.
type answer map[string]any

// text is a member that is text; a path has dots.
func (a answer) text(path string) string {
	var at any = map[string]any(a)
	for name := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	text, _ := at.(string)
	return text
}

// compare compares JSON with what is wanted. A text in want that begins with ^ is
// a pattern, for numbers too.
func compare(t *testing.T, step, got, want, source string) answer {
	t.Helper()
	if want == "" || got == "" {
		if got != want {
			t.Fatalf("%s: got %q, want %q (%s)", step, got, want, source)
		}
		return nil
	}
	var is, wanted any
	must(t, json.Unmarshal([]byte(got), &is))
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatalf("%s: %v in %s", step, err, want)
	}
	for _, difference := range differences("", is, wanted) {
		t.Errorf("%s: %s (%s)", step, difference, source)
	}
	object, _ := is.(map[string]any)
	return object
}

// differences says what is not as wanted, and where.
func differences(at string, got, want any) (all []string) {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if _, has := object[name]; !has {
				all = append(all, fmt.Sprintf("%s.%s is missing", at, name))
				continue
			}
			all = append(all, differences(at+"."+name, object[name], want[name])...)
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if _, has := want[name]; !has {
				all = append(all, fmt.Sprintf("%s.%s: got %v, want no such member", at, name, object[name]))
			}
		}
		return all
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			break
		}
		for i := range want {
			all = append(all, differences(fmt.Sprintf("%s[%d]", at, i), list[i], want[i])...)
		}
		return all
	case string:
		if strings.HasPrefix(want, "^") && regexp.MustCompile(`\A(?:`+want[1:]+`)\z`).MatchString(fmt.Sprint(got)) {
			return nil
		}
	}
	if !reflect.DeepEqual(got, want) {
		return []string{fmt.Sprintf("%s: got %v, want %v", at, got, want)}
	}
	return nil
}

// objects are several of them in JSON, one after the other.
func objects(t *testing.T, printed string) (all []string) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(printed)); ; {
		var one json.RawMessage
		err := d.Decode(&one)
		if err == io.EOF {
			return all
		}
		must(t, err)
		all = append(all, string(one))
	}
}
