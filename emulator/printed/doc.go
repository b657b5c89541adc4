// Package printed makes text that others chose safe to show: it cannot end a line, move the
// cursor of a terminal, hide or reorder what stands beside it. It does not clip, and what is
// printable stays as it is, in any script.
//
//	fmt.Println("hint: " + printed.Line(hint))
package printed
