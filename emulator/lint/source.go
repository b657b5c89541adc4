package lint

import "github.com/suback/suback/emulator/tree"

// What is linted: values of package tree, with their places.

type (
	value  = tree.Value
	member = tree.Member
	spot   = tree.Spot
	source = tree.Source
)

const (
	object  = tree.Object
	array   = tree.Array
	text    = tree.Text
	number  = tree.Number
	boolean = tree.Boolean
	null    = tree.Null
	opaque  = tree.Opaque
	unknown = tree.Unknown
)

// read reads a text, what CloudFormation's functions in their short forms come to in their
// place. The error is a *[tree.Broken].
func read(src *source) (*value, error) {
	v, err := tree.Read(src)
	if err != nil {
		return nil, err
	}
	return undone(v, isShort), nil
}

func clip(s string) string { return tree.Clip(s) }
