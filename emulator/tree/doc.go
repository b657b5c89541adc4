// Package tree reads JSON and YAML into values that know their places: file, line and column.
//
//	v, err := tree.Read(&tree.Source{File: "template.yaml", Text: text})
//	line, _ := v.Get("Resources").At.Position()
//
// It knows the short forms of CloudFormation's functions, as !Sub, as the long ones; what they
// come to, and what a file is for, is not its matter. An error is a *[Broken].
//
// # Bounds
//
// A text has at most 4 MiB, 200,000 values, aliases counted as often as they are used, and 64
// levels of them.
package tree
