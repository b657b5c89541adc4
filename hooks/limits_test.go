package hooks

import (
	"strings"
	"testing"
)

func TestCheckTopic(t *testing.T) {
	q := protocolQuotas()
	name256 := strings.Repeat("t", 256)
	tests := []struct {
		topic  string
		want   bool
		source string
	}{
		{"a", true, "B-650"},
		{"/", true, "B-208"},
		{"a//b", true, "B-656"},
		{"", false, "B-654"},
		{"a/#", false, "B-654"},
		{"+", false, "B-654"},
		{"a+b", false, "B-654"},
		{name256, true, "B-650"},
		{name256 + "t", false, "B-650"},
		{strings.Repeat("あ", 85), true, "B-650: bytes, not characters"},
		{strings.Repeat("あ", 86), false, "B-650: bytes, not characters"},
		{"1/2/3/4/5/6/7/8", true, "B-650"},
		{"1/2/3/4/5/6/7/8/", false, "B-650"},
		{"$aws/rules/r/1/2/3/4/5/6/7/8", true, "B-650, B-652"},
		{"$aws/rules/r/1/2/3/4/5/6/7/8/9", false, "B-650, B-652"},
		{"$aws/rules/r/" + name256, true, "B-650, B-652"},
		{"$aws/rules/r/" + name256 + "t", false, "B-650, B-652"},
		{"$aws/rules/r", true, "B-232"},
		{"$aws/rulesX/1/2/3/4/5/6/7", false, "B-650"},
		{"$aws/things/T/shadow/name/S/update/accepted", true, "B-236a"},
	}
	for _, tt := range tests {
		if got := q.checkTopic(tt.topic); (got == nil) != tt.want {
			t.Errorf("checkTopic(%q) = %+v, want allowed %v (%s)", tt.topic, got, tt.want, tt.source)
		}
	}
}

func TestCheckFilter(t *testing.T) {
	q := protocolQuotas()
	share128 := strings.Repeat("s", 128)
	tests := []struct {
		filter string
		want   bool
		source string
	}{
		{"a", true, "B-220"},
		{"#", true, "B-655"},
		{"+", true, "B-656"},
		{"a/+/b/#", true, "B-655, B-656"},
		{"/", true, "B-656"},
		{"a/#/b", false, "B-657"},
		{"$aws/commands/things/T/executions/+/response/accepted/json", true, "B-236a, B-650"},
		{"$aws/commands/things/T/executions/+/response/accepted/json/x", false, "B-650"},
		{"a#", false, "B-657, M-16"},
		{"a/b#", false, "B-657, M-16"},
		{"a+/b", false, "B-657, M-16"},
		{"+a", false, "B-657, M-16"},
		{"##", false, "B-657"},
		{"", false, "B-657"},
		{strings.Repeat("t", 256), true, "B-650"},
		{strings.Repeat("t", 257), false, "B-650"},
		{"+/+/+/+/+/+/+/#", true, "B-650"},
		{"+/+/+/+/+/+/+/+/#", false, "B-650"},
		{"$share/g/a", true, "B-651"},
		{"$share/g/1/2/3/4/5/6/7/8", true, "B-651"},
		{"$share/g/1/2/3/4/5/6/7/8/9", false, "B-651"},
		{"$share/" + share128 + "/a", true, "B-651"},
		{"$share/" + share128 + "s/a", false, "B-651"},
		{"$share/" + strings.Repeat("é", 128) + "/a", true, "B-651: characters"},
		{"$share/" + strings.Repeat("é", 129) + "/a", false, "B-651: characters"},
		{"$share/g/" + strings.Repeat("é", 256), true, "B-651: characters"},
		{"$share/g/" + strings.Repeat("é", 257), false, "B-651: characters"},
		{"$share/g/" + strings.Repeat("t", 257), false, "B-651"},
		{strings.Repeat("é", 128), true, "B-650"},
		{strings.Repeat("é", 128) + "t", false, "B-650"},
		{"$share/g+/a", false, "B-651"},
		{"$share/#/a", false, "B-651"},
		{"$share//a", false, "B-651, M-16"},
		{"$share/g/", false, "B-651"},
		{"$share/g", false, "B-651"},
		{"$share/g/a+", false, "B-657"},
	}
	for _, tt := range tests {
		if got := q.checkFilter(tt.filter); (got == nil) != tt.want {
			t.Errorf("checkFilter(%q) = %+v, want allowed %v (%s)", tt.filter, got, tt.want, tt.source)
		}
	}
}

func TestEffectiveKeepAlive(t *testing.T) {
	for asked, want := range map[uint16]uint16{0: 1200, 1: 30, 29: 30, 30: 30, 31: 31, 1199: 1199, 1200: 1200, 1201: 1200, 65535: 1200} {
		if got := effectiveKeepAlive(asked); got != want {
			t.Errorf("effectiveKeepAlive(%d) = %d, want %d (B-620, M-14)", asked, got, want)
		}
	}
}

// Whatever is refused, no filter or topic brings a check down, and what the
// checks say names the place.
func FuzzChecks(f *testing.F) {
	q := protocolQuotas()
	for _, seed := range []string{"", "a/b", "$share/g/a", "$share//", "$aws/rules/r/x", "a/#/+", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range []*refusal{q.checkTopic(s), q.checkFilter(s)} {
			if l != nil && (l.code < 0x80 || l.text == "" || l.Detail == "" || len(l.Rules) == 0) {
				t.Errorf("%q: %+v, want a code, a text, a detail and its rules", s, l)
			}
		}
	})
}
