package config

import (
	"fmt"

	"github.com/suback/suback/emulator/registry"
)

// heldBack stands in an exported file for a text that may be a secret.
const heldBack = "HELD BACK BY suback export"

// heldBack stands for a secret, of whom is said.
func (x *exporting) heldBack(s registry.Secret, of string) string {
	x.notes = append(x.notes, fmt.Sprintf("%s of %s, which --secrets would write: the file cannot be "+
		"started until it is there", s.Name, of))
	return s.Before + heldBack + s.After
}

// wasHeldBack is the mistake of a file in which it stands still.
func (c *Config) wasHeldBack(at []any, of string, s registry.Secret) error {
	return c.Errorf(at, "%s: %s was held back when the file was exported, want it here, as suback export "+
		"--secrets writes it", of, s.Name)
}
