package policy

import (
	"fmt"
	"strings"
	"testing"
)

func TestAbsentKey(t *testing.T) {
	tests := []struct {
		operator, wants string
		want            bool
	}{
		{"StringEquals", `"a"`, false}, {"StringLike", `"*"`, false}, {"NumericLessThan", `1`, false}, {"DateEquals", `1`, false},
		{"Bool", `"false"`, false}, {"IpAddress", `"0.0.0.0/0"`, false}, {"ArnLike", `"*"`, false},
		{"StringNotEquals", `"a"`, true}, {"StringNotEqualsIgnoreCase", `"a"`, true}, {"StringNotLike", `"a"`, true},
		{"NumericNotEquals", `1`, true},
		{"DateNotEquals", `1`, true}, {"NotIpAddress", `"0.0.0.0/0"`, true}, {"ArnNotEquals", `"*"`, true}, {"ArnNotLike", `"*"`, true},
		{"StringEqualsIfExists", `"a"`, true}, {"BoolIfExists", `"true"`, true}, {"IpAddressIfExists", `"192.0.2.1"`, true},
		{"StringNotEqualsIfExists", `"a"`, true},
		{"Null", `"true"`, true}, {"Null", `"false"`, false},
		{"ForAllValues:StringEquals", `"a"`, true}, {"ForAllValues:StringEquals", `[]`, true}, {"ForAllValues:StringNotEquals", `"a"`, true},
		{"ForAnyValue:StringEquals", `"a"`, false}, {"ForAnyValue:StringNotEquals", `"a"`, false},
		{"ForAnyValue:StringEqualsIfExists", `"a"`, false},
	}
	for _, tt := range tests {
		for _, haves := range [][]string{nil, {}} {
			if got := holdsFor(t, tt.operator, tt.wants, haves); got != tt.want {
				t.Errorf("%s %s, absent key: got %v, want %v (B-302)", tt.operator, tt.wants, got, tt.want)
			}
		}
	}
}

func TestSets(t *testing.T) {
	tests := []struct {
		operator, wants string
		haves           []string
		want            bool
		source          string
	}{
		{"ForAllValues:StringEquals", `["a", "b"]`, []string{"a", "b"}, true, "B-302"},
		{"ForAllValues:StringEquals", `["a"]`, []string{"a", "b"}, false, "B-302"},
		{"ForAllValues:StringEquals", `[]`, []string{"a"}, false, "B-313"},
		{"ForAllValues:StringNotEquals", `["a"]`, []string{"b", "c"}, true, "B-302"},
		{"ForAllValues:StringNotEquals", `["a"]`, []string{"a", "b"}, false, "B-302"},
		{"ForAllValues:StringLike", `["a*"]`, []string{"ab", "ac"}, true, "B-302"},
		{"ForAnyValue:StringEquals", `["a"]`, []string{"a", "b"}, true, "B-302"},
		{"ForAnyValue:StringEquals", `["c"]`, []string{"a", "b"}, false, "B-302"},
		{"ForAnyValue:StringNotEquals", `["a"]`, []string{"a", "b"}, true, "IAM"},
		{"ForAnyValue:StringNotEquals", `["a"]`, []string{"a"}, false, "IAM"},
		{"StringEquals", `"a"`, []string{"a", "b"}, true, "guess: a set without set operator"},
		{"StringNotEquals", `"a"`, []string{"a", "b"}, false, "guess: a set without set operator"},
		{"StringNotEquals", `"c"`, []string{"a", "b"}, true, "guess: a set without set operator"},
	}
	for _, tt := range tests {
		if got := holdsFor(t, tt.operator, tt.wants, tt.haves); got != tt.want {
			t.Errorf("%s %s for %q: got %v, want %v (%s)", tt.operator, tt.wants, tt.haves, got, tt.want, tt.source)
		}
	}
}

func TestConditionsAreANDed(t *testing.T) {
	v := Values{"a": {"1"}, "b": {"2"}}
	tests := []struct {
		condition string
		want      bool
	}{
		{`{}`, true},
		{`{"StringEquals": {}}`, true},
		{`{"StringEquals": {"a": "1", "b": "2"}}`, true},
		{`{"StringEquals": {"a": "1", "b": "3"}}`, false},
		{`{"StringEquals": {"a": "1"}, "StringLike": {"b": "3*"}}`, false},
		{`{"StringEquals": {"a": ["0", "1"]}}`, true},
	}
	for _, tt := range tests {
		p := compile(t, testContext(v), `{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": `+tt.condition+`}`)
		if got := p.Allows(Publish, "a"); got != tt.want {
			t.Errorf("%s: got %v, want %v (B-132)", tt.condition, got, tt.want)
		}
	}
}

// connectPolicy writes statements on iot:Connect; a statement is "Allow" or
// "Deny", an operator and its values.
func connectPolicy(statements ...string) string {
	var all []string
	for _, s := range statements {
		effect, condition, _ := strings.Cut(s, " ")
		all = append(all, fmt.Sprintf(`{"Effect": %q, "Action": "iot:Connect", "Resource": "*", "Condition": {%s}}`, effect, condition))
	}
	return strings.Join(all, ", ")
}

// The policies of AWS's page on connect policies, and what the page says of
// them.
func TestConnectAttributes(t *testing.T) {
	attributes := func(operator, values string) string {
		return fmt.Sprintf(`%q: {"iot:ConnectAttributes": %s}`, operator, values)
	}
	const will = "arn:aws:iot:us-east-1:123456789012:topic/my/lastwill/topicName"
	willTopic := `"ArnEquals": {"iot:LastWillTopic": "` + will + `"}`
	noPersistence := "Deny " + attributes("ForAnyValue:StringEquals", `["PersistentConnect"]`)
	tests := []struct {
		name        string
		policy      string
		plain       bool
		persistent  bool
		withWill    bool
		withBoth    bool
		otherAction bool
		source      string
	}{
		{"all persistent", connectPolicy("Allow " + attributes("ForAllValues:StringEquals", `["PersistentConnect"]`)), true, true, false, false,
			true, "B-312 row 1"},
		{"none persistent", connectPolicy("Allow " + attributes("ForAllValues:StringNotEquals", `["PersistentConnect"]`)), true, false, true,
			false, true, "B-312 row 2"},
		{"persistence denied", connectPolicy("Allow ", noPersistence), true, false, true, false, true, "B-312 row 3, B-311"},
		{"both", connectPolicy("Allow " + attributes("ForAllValues:StringEquals", `["PersistentConnect", "LastWill"]`)), true, true, true, true,
			true, "B-312 row 4"},
		{"the odd row", connectPolicy("Allow " + attributes("StringEquals", `"LastWill"`)), true, false, true, false, false,
			"B-312 row 5, B-314"},
		{"nothing", connectPolicy("Allow " + attributes("ForAllValues:StringEquals", `[]`)), true, false, false, false, true, "B-312 row 6"},
		{"any persistent", connectPolicy("Allow " + attributes("ForAnyValue:StringEquals", `["PersistentConnect"]`)), false, true, false, true,
			false, "B-312 row 7"},
		{"both required", connectPolicy("Allow "+attributes("ForAllValues:StringEquals", `["PersistentConnect", "LastWill"]`),
			"Deny "+attributes("ForAllValues:StringEquals", `["PersistentConnect"]`), "Deny "+
				attributes("ForAllValues:StringEquals", `["LastWill"]`),
			"Deny "+attributes("ForAllValues:StringEquals", `[]`)), false, false, false, true, false, "B-312 row 8, B-313"},
		{"clean, will allowed", connectPolicy(noPersistence, "Allow "+attributes("ForAllValues:StringEquals", `["LastWill"]`)), true, false, true,
			false, true, "DG:connect-policy"},
		{"will topic", connectPolicy("Allow " + willTopic), false, false, true, true, false, "B-315"},
		{"clean with will topic", connectPolicy("Allow "+willTopic, noPersistence), false, false, true, false, false, "B-316"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(t, testContext(nil), tt.policy)
			for _, c := range []struct {
				name  string
				extra Values
				want  bool
			}{
				{"plain, no key", nil, tt.plain},
				{"plain, empty set", Values{"iot:ConnectAttributes": {}}, tt.plain},
				{"persistent", Values{"iot:ConnectAttributes": {"PersistentConnect"}}, tt.persistent},
				{"will", Values{"iot:ConnectAttributes": {"LastWill"}, "iot:LastWillTopic": {will}}, tt.withWill},
				{"both", Values{"iot:ConnectAttributes": {"PersistentConnect", "LastWill"}, "iot:LastWillTopic": {will}}, tt.withBoth},
			} {
				if got := p.Explain(Connect, "client1", c.extra).Allowed; got != c.want {
					t.Errorf("%s: got %v, want %v (%s)", c.name, got, c.want, tt.source)
				}
				fixed := compile(t, testContext(c.extra), tt.policy)
				if got := fixed.Allows(Connect, "client1"); got != c.want {
					t.Errorf("%s, compiled in: got %v, want %v (%s)", c.name, got, c.want, tt.source)
				}
			}
			other := strings.ReplaceAll(tt.policy, "iot:Connect\"", "iot:Publish\"")
			if got := compile(t, testContext(nil), other).Allows(Publish, "a"); got != tt.otherAction {
				t.Errorf("the same for iot:Publish: got %v, want %v (IAM: the odd row is iot:Connect's alone)", got, tt.otherAction)
			}
		})
	}
	if p := compile(t, testContext(nil), connectPolicy("Allow "+willTopic)); p.Explain(Connect, "c",
		Values{"iot:LastWillTopic": {will + "2"}}).Allowed {
		t.Error("a will on another topic was allowed (B-315)")
	}
}
