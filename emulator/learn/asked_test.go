package learn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
)

// The questions are bounded in number and in bytes, and what finds no room is counted.
func TestAskedIsBounded(t *testing.T) {
	p := policy.Compile(nil, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000",
		Values: policy.Values{"iot:ClientId": {"a"}, "aws:SourceIp": {"127.0.0.1"}}})
	tests := []struct {
		name          string
		add           func(*Asked)
		kept, omitted int
	}{
		{"each once", func(a *Asked) {
			for i := range 10 {
				a.Add(p, "a", "p", policy.Publish, fmt.Sprint("t/", i%2), false)
			}
		}, 2, 0},
		{"another verdict, another client", func(a *Asked) {
			a.Add(p, "a", "p", policy.Publish, "t", false)
			a.Add(p, "a", "p", policy.Publish, "t", true)
			a.Add(p, "b", "p", policy.Publish, "t", true)
		}, 3, 0},
		{"many", func(a *Asked) {
			for i := range maxAsked + 7 {
				a.Add(p, "a", "p", policy.Publish, fmt.Sprint("t/", i), false)
			}
		}, maxAsked, 7},
		{"large", func(a *Asked) {
			for i := range 20 {
				a.Add(p, "a", "p", policy.Publish, fmt.Sprint(i, strings.Repeat("x", maxAskedBytes/10)), false)
			}
		}, 9, 11},
	}
	for _, tt := range tests {
		a := NewAsked()
		tt.add(a)
		all := a.Requests("", 0)
		if len(all) != tt.kept || int(a.Omitted()) != tt.omitted {
			t.Errorf("%s: got %d kept and %d omitted, want %d and %d", tt.name, len(all), a.Omitted(), tt.kept, tt.omitted)
		}
		if v := all[0].Values; len(v) != 1 || v["iot:ClientId"][0] != "a" || !strings.HasPrefix(all[0].Resource, "arn:aws:iot:us-east-1:") {
			t.Errorf("%s: got %+v, want its client id alone of the values, and the ARN", tt.name, all[0])
		}
	}
}
