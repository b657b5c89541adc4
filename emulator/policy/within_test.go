package policy

import (
	"testing"
)

func TestWithin(t *testing.T) {
	compile := func(statements string) *Policy {
		t.Helper()
		d, err := Parse("p", []byte(`{"Version":"2012-10-17","Statement":[`+statements+`]}`))
		if err != nil {
			t.Fatal(err)
		}
		return Compile([]*Document{d}, Context{Partition: "aws", Region: "us-east-1", Account: "000000000000"})
	}
	const (
		all    = `{"Effect":"Allow","Action":"iot:*","Resource":"*"}`
		pub    = `{"Effect":"Allow","Action":"iot:Publish","Resource":"*"}`
		noPub  = all + `,{"Effect":"Deny","Action":"iot:Publish","Resource":"*"}`
		sub    = `{"Effect":"Allow","Action":"iot:Subscribe","Resource":"*"}`
		create = `{"Effect":"Allow","Action":"iot:CreateThing","Resource":"*"}`
	)
	tests := []struct {
		name     string
		policies []string
		want     bool
		explicit bool
		source   string
	}{
		{"both allow", []string{all, pub}, true, false, "A-218"},
		{"the first does not", []string{sub, all}, false, false, "A-218"},
		{"the second does not", []string{all, sub}, false, false, "A-262"},
		{"the second denies", []string{pub, noPub}, false, true, "A-262"},
		{"the third does not", []string{all, pub, create}, false, false, "A-262"},
		{"all of three", []string{all, pub, pub}, true, false, "A-262"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(tt.policies[0])
			for _, text := range tt.policies[1:] {
				p = p.Within(compile(text))
			}
			d := p.Explain(Publish, "a", nil)
			if got := p.Allows(Publish, "a"); got != tt.want || d.Allowed != tt.want || d.Explicit != tt.explicit {
				t.Errorf("got Allows %v, Explain %v, want %v (%s)", got, d, tt.want, tt.source)
			}
			if d := p.ExplainARN(Publish, "arn:aws:iot:us-east-1:000000000000:topic/a", nil); d.Allowed != tt.want {
				t.Errorf("got ExplainARN %v, want %v (%s)", d, tt.want, tt.source)
			}
		})
	}
	if p := compile(all).Within(compile(sub)); p.Explain("iot:CreateThing", "a", nil).Allowed || p.Allows("iot:CreateThing", "a") {
		t.Error("an action without a prepared table: got yes, want no (A-262)")
	}
}
