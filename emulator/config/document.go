package config

import (
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/tree"
)

// A PolicyDocument is a policy in suback.yaml: the path of a file, its JSON
// text, or the same as keys and values.
type PolicyDocument string

// UnmarshalYAML turns keys and values into JSON text.
func (d *PolicyDocument) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*d = PolicyDocument(n.Value)
		return nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("line %d: %w, want values that JSON has", n.Line, err)
	}
	*d = PolicyDocument(text)
	return nil
}

// text returns the JSON text, read from its file if need be.
func (d PolicyDocument) text(c *Config) (string, error) {
	if s := strings.TrimSpace(string(d)); s == "" || s[0] == '{' || strings.Contains(s, "\n") {
		return string(d), nil
	}
	text, err := tree.ReadNamed(c.path(string(d)), tree.MaxFile)
	return string(text), err
}

// A PEM is one in suback.yaml: its text, or the path of a file.
type PEM string

// text returns the PEM text, read from its file if need be.
func (p PEM) text(c *Config) (string, error) {
	if p == "" || strings.Contains(string(p), "-----BEGIN") {
		return string(p), nil
	}
	text, err := tree.ReadNamed(c.path(string(p)), tree.MaxFile)
	return string(text), err
}
