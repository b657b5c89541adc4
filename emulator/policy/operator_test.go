package policy

import (
	"fmt"
	"testing"
	"time"
)

// holdsFor judges one operator on one key "k" with the given request values.
func holdsFor(t *testing.T, operator, wants string, haves []string) bool {
	t.Helper()
	v := Values{"arn:x": {"y"}, "me": {"a*"}}
	if haves != nil {
		v["k"] = haves
	}
	text := fmt.Sprintf(`{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {%q: {"K": %s}}}`, operator, wants)
	p := compile(t, testContext(v), text)
	agree(t, p.docs, "a", v)
	return p.Allows(Publish, "a")
}

func TestOperators(t *testing.T) {
	tests := []struct {
		operator, wants string
		have            string
		want            bool
		source          string
	}{
		{"StringEquals", `"a"`, "a", true, "B-303"},
		{"StringEquals", `"a"`, "A", false, "B-303"},
		{"StringEquals", `["b", "a"]`, "a", true, "B-132"},
		{"StringEquals", `"a*"`, "ab", false, "B-303"},
		{"StringEquals", `"a*"`, "a*", true, "B-303"},
		{"StringEquals", `"${me}"`, "a*", true, "B-317"},
		{"StringEquals", `7`, "7", true, "IAM"},
		{"StringEquals", `true`, "true", true, "IAM"},
		{"StringNotEquals", `"a"`, "b", true, "B-301"},
		{"StringNotEquals", `["a", "b"]`, "b", false, "B-301"},
		{"StringEqualsIgnoreCase", `"Pump"`, "pUMP", true, "B-301"},
		{"StringNotEqualsIgnoreCase", `"Pump"`, "pUMP", false, "B-301"},
		{"StringLike", `"a*c?"`, "abbcd", true, "B-303"},
		{"StringLike", `"a*c?"`, "abbc", false, "B-303"},
		{"StringLike", `"${me}"`, "ab", false, "B-321"},
		{"StringLike", `"${*}"`, "a", false, "B-319"},
		{"StringNotLike", `"a*"`, "b", true, "B-301"},
		{"StringNotLike", `"a*"`, "ab", false, "B-301"},
		{"NumericEquals", `7`, "7.0", true, "B-301"},
		{"NumericEquals", `"7"`, "8", false, "B-301"},
		{"NumericNotEquals", `7`, "8", true, "B-301"},
		{"NumericLessThan", `7`, "7", false, "B-301"},
		{"NumericLessThan", `7`, "-1e3", true, "B-301"},
		{"NumericLessThanEquals", `7`, "7", true, "B-301"},
		{"NumericGreaterThan", `7`, "7", false, "B-301"},
		{"NumericGreaterThanEquals", `7`, "7", true, "B-301"},
		{"NumericGreaterThanEquals", `7`, "seven", false, "guess"},
		{"NumericNotEquals", `7`, "seven", false, "guess"},
		{"NumericEquals", `"NaN"`, "NaN", false, "guess"},
		{"NumericNotEquals", `"seven"`, "7", false, "guess"},
		{"DateEquals", `"2026-01-02T03:04:05Z"`, "2026-01-02T04:04:05+01:00", true, "B-301"},
		{"DateNotEquals", `"2026-01-02"`, "2026-01-03", true, "B-301"},
		{"DateLessThan", `"2026-01-02"`, "2026-01-01T23:59Z", true, "B-301"},
		{"DateLessThanEquals", `"2026-01"`, "2026-01-01T00:00:00Z", true, "B-301"},
		{"DateGreaterThan", `"1970-01-01"`, "1700000000", true, "B-301"},
		{"DateGreaterThanEquals", `1700000000`, "2023-11-14T22:13:20Z", true, "B-301"},
		{"DateEquals", `"yesterday"`, "yesterday", false, "guess"},
		{"Bool", `"true"`, "true", true, "B-301"},
		{"Bool", `true`, "TRUE", true, "guess"},
		{"Bool", `"true"`, "false", false, "B-326"},
		{"Bool", `"yes"`, "yes", false, "guess"},
		{"IpAddress", `"192.0.2.0/24"`, "192.0.2.7", true, "B-301"},
		{"IpAddress", `"192.0.2.9/24"`, "192.0.2.7", true, "IAM"},
		{"IpAddress", `"192.0.2.7"`, "192.0.2.7", true, "IAM"},
		{"IpAddress", `"192.0.2.7"`, "192.0.2.8", false, "IAM"},
		{"IpAddress", `"192.0.2.7"`, "::ffff:192.0.2.7", true, "guess"},
		{"IpAddress", `"2001:db8::/32"`, "2001:db8::1", true, "IAM"},
		{"IpAddress", `"192.0.2.0/33"`, "192.0.2.7", false, "guess"},
		{"NotIpAddress", `"192.0.2.0/24"`, "198.51.100.1", true, "B-301"},
		{"NotIpAddress", `["192.0.2.0/24", "198.51.100.0/24"]`, "198.51.100.1", false, "B-301"},
		{"ArnEquals", `"arn:aws:iot:*:1:topic/a*"`, "arn:aws:iot:r:1:topic/a/b", true, "B-303"},
		{"ArnLike", `"arn:aws:iot:*:1:topic/a"`, "arn:aws:iot:r:x:1:topic/a", false, "B-206"},
		{"ArnEquals", `"arn:aws:iot:r:1:topic/a"`, "no arn", false, "IAM"},
		{"ArnNotEquals", `"arn:aws:iot:r:1:topic/a"`, "arn:aws:iot:r:1:topic/b", true, "B-301"},
		{"ArnNotLike", `"arn:aws:iot:r:1:topic/*"`, "arn:aws:iot:r:1:topic/b", false, "B-301"},
		{"Null", `"true"`, "a", false, "B-302"},
		{"Null", `false`, "a", true, "B-302"},
		{"Null", `"maybe"`, "a", false, "guess"},
		{"StringEquals", `"${undefined}"`, "", false, "B-318"},
		{"StringEquals", `["${undefined}", "a"]`, "a", true, "B-318"},
		{"StringNotEquals", `"${undefined}"`, "a", false, "B-318, guess"},
		{"StringEquals", `[]`, "a", false, "B-313"},
		{"StringNotEquals", `[]`, "a", true, "B-313"},
	}
	for _, tt := range tests {
		t.Run(tt.operator+tt.wants+tt.have, func(t *testing.T) {
			if got := holdsFor(t, tt.operator, tt.wants, []string{tt.have}); got != tt.want {
				t.Errorf("%s %s for %q: got %v, want %v (%s)", tt.operator, tt.wants, tt.have, got, tt.want, tt.source)
			}
			if ifExists := tt.operator + "IfExists"; tt.operator != "Null" && holdsFor(t, ifExists, tt.wants, []string{tt.have}) != tt.want {
				t.Errorf("%s differs though the key exists (B-302)", ifExists)
			}
		})
	}
}

func TestUnknownOperators(t *testing.T) {
	for _, name := range []string{"", "StringIs", "stringEquals", "ForAll:StringEquals", "ForAllValues:",
		"ForAnyValue:ForAllValues:StringEquals", "IfExists",
		"StringEqualsIfExistsIfExists", "NullIfExists", "ForAllValues:Null", "NotNull", "NotBool", "IpAddressNot"} {
		if _, ok := parseOperator(name); ok {
			t.Errorf("operator %q was accepted, want the document malformed (B-305)", name)
		}
	}
}

func TestClockConditions(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		condition string
		at        time.Time
		want      bool
	}{
		{`{"DateLessThan": {"aws:CurrentTime": "2026-01-02T12:00:01Z"}}`, noon, true},
		{`{"DateLessThan": {"AWS:currenttime": "2026-01-02T12:00:01Z"}}`, noon.Add(time.Second), false},
		{`{"DateGreaterThan": {"aws:CurrentTime": "2026-01-02"}, "DateLessThan": {"aws:CurrentTime": "2026-01-03"}}`, noon, true},
		{`{"DateGreaterThan": {"aws:CurrentTime": "2026-01-02"}, "DateLessThan": {"aws:CurrentTime": "2026-01-03"}}`, noon.Add(24 * time.Hour),
			false},
		{`{"NumericGreaterThan": {"aws:EpochTime": 1}}`, noon, true},
		{`{"DateGreaterThan": {"aws:EpochTime": "2026-01-01"}}`, noon, true},
		{`{"Null": {"aws:CurrentTime": "false"}}`, noon, true},
		{`{"StringLike": {"aws:CurrentTime": "*"}}`, noon, false},
		{`{"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}`, time.Time{}, false}, // no clock: undefined
		{`{"Null": {"aws:CurrentTime": "true"}}`, time.Time{}, true},
	}
	for _, tt := range tests {
		ctx := testContext(nil)
		if !tt.at.IsZero() {
			ctx.Now = func() time.Time { return tt.at }
		}
		p := compile(t, ctx, `{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": `+tt.condition+`}`)
		if got := p.Allows(Publish, "a"); got != tt.want || got != p.Explain(Publish, "a", nil).Allowed {
			t.Errorf("%s at %v: got %v, want %v (section 3.2)", tt.condition, tt.at, got, tt.want)
		}
	}
}
