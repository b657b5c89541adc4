package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/tree"
)

// maxFile is how long a suback.yaml may be, in bytes: one that was exported may have the code of
// functions and the shadows of many things.
const maxFile = 256 << 20

// Load reads a configuration file. Every error names the file and, where
// there is one, the line.
func Load(file string) (*Config, error) {
	text, err := tree.ReadFile(file, maxFile)
	if err != nil {
		return nil, err
	}
	c, err := Parse(file, text)
	if err != nil {
		return nil, err
	}
	c.stamp = stampOf(text)
	return c, nil
}

// Parse reads the text of a configuration file, which need not be there: relative paths are
// relative to its folder, and errors name it.
func Parse(file string, text []byte) (*Config, error) {
	c := &Config{file: file, dir: filepath.Dir(file)}
	where, err := tree.Document(text)
	if at := new(tree.BrokenYAML); errors.As(err, &at) {
		return nil, &mistake{file: file, line: at.Line, text: at.Text}
	}
	c.where = where
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err = d.Decode(c)
	c.placeAccounts()
	err = c.functionsAPI(err)
	for _, name := range c.AccountNames() {
		err = c.Accounts[name].functionsAPI(err)
	}
	if len(bytes.TrimSpace(text)) == 0 || len(c.where.Content) == 0 {
		err = nil
	}
	unreadable, wrong := c.positioned(err), c.check()
	if unreadable != nil || wrong != nil {
		_, refused := c.Registry(InGo{}, nil)
		return nil, c.mistakes(unreadable, errors.Join(wrong, refused, c.refusedAccounts()))
	}
	return c, nil
}

// functionsAPI reads functions: {api: off}. To the decoder that is a function
// which is none, so its error goes.
func (c *Config) functionsAPI(err error) error {
	if len(c.where.Content) == 0 {
		return err
	}
	functions, _ := child(c.where.Content[0], "functions")
	if functions == nil {
		return err
	}
	api, _ := child(functions, "api")
	list := new(yaml.TypeError)
	if api == nil || api.Kind != yaml.ScalarNode || !errors.As(err, &list) {
		return err
	}
	c.FunctionsAPI = api.Value
	own := fmt.Sprintf("line %d: cannot unmarshal ", api.Line)
	list.Errors = slices.DeleteFunc(list.Errors, func(text string) bool {
		return strings.HasPrefix(text, own) && strings.HasSuffix(text, "into config.Function")
	})
	if len(list.Errors) == 0 {
		return nil
	}
	return list
}

// check finds what neither the decoder nor the registry looks at.
func (c *Config) check() error {
	all := []error{c.Limits.check(c), c.Listeners.check(c), c.checkAccounts(), c.checkActions(),
		c.checkDomains(), c.checkZeros(), c.checkShadows(), c.checkLists(), c.checkEndpointAddress()}
	if p := c.LambdaPermissions; p != "" && p != "warn" && p != "enforce" {
		all = append(all, c.Errorf([]any{"lambdaPermissions"}, "lambdaPermissions is %q, want warn or enforce", p))
	}
	if e := c.Enforce; e != "" && e != EnforceDeny && e != EnforceLog {
		all = append(all, c.Errorf([]any{"enforce"}, "enforce is %q, want %s or %s", e, EnforceDeny, EnforceLog))
	}
	if api := c.FunctionsAPI; api != "" && api != "on" && api != "off" {
		all = append(all, c.Errorf([]any{"functions", "api"},
			"functions.api is %q, want on or off, or the keys of a function of that name", api))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		if key, text := c.Functions[name].problem(); text != "" {
			all = append(all, c.Errorf([]any{"functions", name, key}, "function %q: %s", name, text))
		}
	}
	return errors.Join(all...)
}

// checkZeros finds a 0 where none may be: the decoder takes it for what is left out, and has the default.
func (c *Config) checkZeros() error {
	var all []error
	look := func(what, want string, at ...any) {
		n := 1
		if node := c.valueAt(at); node != nil && node.Tag == "!!int" && node.Decode(&n) == nil && n == 0 {
			all = append(all, c.Errorf(at, "%s: %s is 0, want %s", what, at[len(at)-1], want))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		look(fmt.Sprintf("function %q", name), wantTimeout, "functions", name, "timeout")
		look(fmt.Sprintf("function %q", name), wantMemory, "functions", name, "memorySize")
	}
	for i, a := range c.RoleAliases {
		look(fmt.Sprintf("role alias %q", a.RoleAlias), "900 to 43200",
			"roleAliases", i, "credentialDurationSeconds")
	}
	return errors.Join(all...)
}

// Stamp tells one content of a file from another; a missing file has one too.
// Time and size would not do: two saves may come within one tick of the clock.
func Stamp(file string) string {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return "no file" // but a pipe, or a device without an end
	}
	text, err := tree.ReadFile(file, maxFile)
	if err != nil {
		return err.Error()
	}
	return stampOf(text)
}

func stampOf(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }
