package scenario

import (
	"reflect"
	"strings"
)

// A fieldKey is a key of the format: a field of one of its types.
type fieldKey struct {
	name   string
	index  []int
	field  reflect.StructField
	short  bool // a plain value is this field's
	above0 bool // 0 is that it is left out, so nobody may write it
}

// keysOf are the keys of a type, with those of the types in it that are inline.
func keysOf(t reflect.Type) (keys []fieldKey) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			for _, k := range keysOf(f.Type) {
				k.index = append([]int{i}, k.index...)
				keys = append(keys, k)
			}
		case f.IsExported() && name != "" && name != "-":
			keys = append(keys, fieldKey{name: name, index: f.Index, field: f, short: f.Tag.Get("short") == "true",
				above0: f.Tag.Get("above0") == "true"})
		}
	}
	return keys
}

func namesOf(keys []fieldKey) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}
