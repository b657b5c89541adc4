package policy

import (
	"slices"
	"strings"
	"testing"
)

func TestSubstitution(t *testing.T) {
	v := newValues(Values{"iot:ClientId": {"pump:*7"}, "a": {"${iot:ClientId}"}, "none": {}, "two": {"1", "2"}, "empty": {""},
		"bad": {"\xff"}}, nil)
	tests := []struct {
		name, text string
		fields     []string // wildcards as ⁎ and ❓, to tell them from plain * and ?
		missing    []string
		source     string
	}{
		{"a value", "client/${iot:ClientId}", []string{"client/pump:*7"}, nil, "B-317, B-321"},
		{"another case", "${iot:clientId}", []string{"⁎"}, []string{"iot:clientId"}, "B-338"},
		{"another case of the service", "${IOT:ClientId}", []string{"⁎"}, []string{"IOT:ClientId"}, "B-338"},
		{"twice", "${iot:ClientId}${iot:ClientId}", []string{"pump:*7pump:*7"}, nil, "B-317"},
		{"no second expansion", "${a}", []string{"${iot:ClientId}"}, nil, "B-322"},
		{"empty value", "x${empty}y", []string{"xy"}, nil, "B-317"},
		{"undefined", "x/${none}", []string{"x/⁎"}, []string{"none"}, "B-318"},
		{"a set is no text", "${two}", []string{"⁎"}, []string{"two"}, "guess"},
		{"not UTF-8", "${bad}", []string{"⁎"}, []string{"bad"}, "MQTT"},
		{"default value", "${iot:ClientId, 'x'}", []string{"⁎"}, []string{"iot:ClientId, 'x'"}, "B-323"},
		{"spaces are part of the key", "${ iot:ClientId }", []string{"⁎"}, []string{" iot:ClientId "}, "IAM"},
		{"IAM escapes", "${*}${?}${$}*?", []string{"*?$⁎❓"}, nil, "B-319"},
		{"IoT escapes", "$(*)$(?)$($)*?", []string{"*?$⁎❓"}, nil, "B-319"},
		{"escaped variable", "${$}{a}", []string{"${a}"}, nil, "B-319"},
		{"mixed brackets", "${*)", []string{"${⁎)"}, nil, "B-319"},
		{"no escape", "$(x)$", []string{"$(x)$"}, nil, "B-319"},
		{"never closed", "${iot:ClientId", []string{"${iot", "ClientId"}, nil, "guess"},
		{"fields", "arn:aws:iot:*:?:topic/a:b", []string{"arn", "aws", "iot", "⁎", "❓", "topic/a:b"}, nil, "B-206"},
		{"a value's colon cuts nothing", "arn:${iot:ClientId}:b", []string{"arn", "pump:*7", "b"}, nil, "B-321"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := parseTemplate(tt.text).resolve(v, arnFields)
			var got []string
			for _, g := range r.fields {
				got = append(got, strings.NewReplacer(string(run), "⁎", string(one), "❓").Replace(string(g)))
			}
			if !slices.Equal(got, tt.fields) || !slices.Equal(r.missing, tt.missing) {
				t.Errorf("%s: got %q, missing %q, want %q, missing %q (%s)", tt.text, got, r.missing, tt.fields, tt.missing, tt.source)
			}
		})
	}
}

func TestOldVersionsDoNotSubstitute(t *testing.T) {
	for _, version := range []string{``, `"Version": "2008-10-17", `} {
		d := parse(t, "p", `{`+version+`"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:r:1:client/${iot:ClientId}"}}`)
		p := Compile([]*Document{d}, Context{Partition: "aws", Region: "r", Account: "1", Values: Values{"iot:ClientId": {"a"}}})
		if p.Allows(Connect, "a") || !p.Allows(Connect, "${iot:ClientId}") {
			t.Errorf("%s: substituted, want the plain text (B-109)", version)
		}
	}
}
