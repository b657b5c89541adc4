package cause

import (
	"reflect"
	"testing"
)

func TestCause(t *testing.T) {
	shared := append(make([]string, 0, 8), "r1", "r2") // with room that is others'
	c := Cause{Reason: "R", Detail: "d", Hint: "h", Rules: shared}
	tests := []struct {
		name string
		got  Cause
		want Cause
	}{
		{"one more rule", c.Because("r3"), Cause{"R", "d", "h", []string{"r1", "r2", "r3"}}},
		{"a rule that it has, and one twice", c.Because("r2", "r4", "r4"), Cause{"R", "d", "h", []string{"r1", "r2", "r4"}}},
		{"no rule", c.Because(), c},
		{"an empty one", c.Because(""), c},
		{"the first rule", Cause{}.Because("r1"), Cause{Rules: []string{"r1"}}},
		{"another hint", c.Try("i", "D-1"), Cause{"R", "d", "i", []string{"r1", "r2", "D-1"}}},
		{"a hint that knows nothing", c.Try("", "D-1"), c},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !reflect.DeepEqual(tt.got, tt.want) {
				t.Errorf("got %+v, want %+v", tt.got, tt.want)
			}
		})
	}
	if got := shared[:3][2]; got != "" {
		t.Errorf("got %q written into the rules of the first, want nothing", got)
	}
}
