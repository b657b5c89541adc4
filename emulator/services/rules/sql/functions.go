package sql

import (
	"sync"
)

// A function is one of AWS's.
type function struct {
	name     string // as AWS writes it
	min, max int    // how many arguments
	since    Version
	external bool
	call     func(r *run, args []Value) Value
	// special is there instead of call, if not all arguments have values.
	special func(r *run, s *scope, c *call) Value
}

// many is a number of arguments that is not limited.
const many = 1 << 20

func (f *function) takes(arguments int) bool { return arguments >= f.min && arguments <= f.max }

// functions are all there are, by their names in lower case.
var functions = sync.OnceValue(func() map[string]*function {
	all := map[string]*function{}
	for _, table := range [][]function{
		mathFunctions(), textFunctions(), regexpFunctions(), valueFunctions(), hashFunctions(), codingFunctions(),
		timeFunctions(), messageFunctions(), externalFunctions(),
	} {
		for _, f := range table {
			all[lower(f.name)] = &f
		}
	}
	return all
})

func lower(name string) string {
	b := []byte(name)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
