package sql

import (
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// castType finds the kind that a word behind AS means, and since which version.
func castType(word string) (to Kind, since Version, ok bool) {
	switch strings.ToLower(word) {
	case "string", "nvarchar", "text", "ntext", "varchar":
		return String, V2015, true
	case "int", "integer":
		return Int, V2015, true
	case "double":
		return Decimal, V2015, true
	case "decimal":
		return Decimal, V2016, true
	case "bool", "boolean":
		return Boolean, V2016, true
	}
	return Undefined, V2015, false
}

// cast is the standard conversion, and that between numbers and Booleans.
func (r *run) cast(v Value, to Kind, name string) Value {
	switch to {
	case String:
		if s, ok := r.text(v); ok {
			return OfText(s)
		}
		return Value{}
	case Boolean:
		if v.isNumber() {
			return ofBool(!v.number().IsZero())
		}
		if is, ok := truth(v); ok {
			return ofBool(is)
		}
		return Value{}
	}
	n, ok := r.version.numeric(v)
	switch {
	case v.kind == Boolean:
		n = OfInt(v.small)
		if to == Decimal {
			n = r.version.of(apd.New(10*v.small, -1)) // 1.0
		}
	case !ok:
		return Value{}
	}
	switch {
	case to == Int:
		return rounded(n, apd.RoundFloor)
	case strings.EqualFold(name, "double") && n.kind == Decimal:
		return r.version.ofFloat(n.float())
	}
	return n
}
