package policy

import "testing"

// What is said of names without a connection is what decides for one.
func TestJudgedOn(t *testing.T) {
	for _, a := range KnownActions() {
		p := compile(t, testContext(nil), statementOf("Allow", string(a), a.JudgedOn()+"/a"))
		if got, want := p.Allows(a, "a"), a.JudgedOn() != ""; got != want {
			t.Errorf("%s on %s/a: got %v, want %v (B-121)", a, a.JudgedOn(), got, want)
		}
	}
	if got := Action("IOT:publish").JudgedOn(); got != "topic" {
		t.Errorf("got %q, want topic in any case (B-124)", got)
	}
}

func TestIsOperator(t *testing.T) {
	tests := []struct {
		name, base   string
		wantsKey, ok bool
	}{
		{"StringEquals", "StringEquals", true, true},
		{"ForAnyValue:StringLike", "StringLike", true, true},
		{"ForAllValues:StringEquals", "StringEquals", false, true},
		{"StringNotEquals", "StringEquals", false, true},
		{"BoolIfExists", "Bool", false, true},
		{"Null", "Null", false, true},
		{"StringEqual", "StringEqual", false, false},
	}
	for _, tt := range tests {
		if base, wantsKey, ok := IsOperator(tt.name); base != tt.base || wantsKey != tt.wantsKey || ok != tt.ok {
			t.Errorf("%s: got %s, %v, %v, want %s, %v, %v (B-302)", tt.name, base, wantsKey, ok, tt.base, tt.wantsKey, tt.ok)
		}
	}
}
