package policy

import "testing"

// TestWidenings: a client that is called as a wildcard is found out where that
// counts, and only there [B-337].
func TestWidenings(t *testing.T) {
	const own = "arn:aws:iot:us-east-1:000000000000:topicfilter/${iot:ClientId}/data"
	tests := []struct {
		clientID, effect, resource, want string
		source                           string
	}{
		{"+", "Allow", own, "+", "H-15"}, {"a/#", "Allow", own, "a/#", "H-15"},
		{"x+", "Allow", own, "x+", "not a whole level, and yet a filter AWS would refuse"},
		{"pump-7", "Allow", own, "", "healthy"}, {"+", "Deny", own, "", "a Deny takes away"},
		{"+", "Allow", "arn:aws:iot:us-east-1:000000000000:topic/${iot:ClientId}/data", "", "a topic has no wildcards"},
		{"+", "Allow", "arn:aws:iot:us-east-1:000000000000:topicfilter/a/b", "", "no variable"}, {"+", "Allow", "*", "", "allowed anyway"},
		{"*", "Allow", own, "", "B-321: matches literally"},
	}
	for _, tt := range tests {
		d, err := Parse("P[0]", []byte(`{"Version": "2012-10-17", "Statement": {"Effect": "`+tt.effect+
			`", "Action": "iot:Subscribe", "Resource": "`+tt.resource+`"}}`))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, w := range Compile([]*Document{d}, Context{Partition: "aws", Region: "us-east-1", Account: "000000000000",
			Values: Values{"iot:ClientId": {tt.clientID}}}).Widenings() {
			got += w.Value
		}
		if got != tt.want {
			t.Errorf("%q, %s %s: got %q, want %q (%s)", tt.clientID, tt.effect, tt.resource, got, tt.want, tt.source)
		}
	}
}

// Nearly nobody is called so; looking for it must not cost each CONNECT a copy of the variables for each document.
func TestNoWideningsAreCheap(t *testing.T) {
	d, err := Parse("P[0]", []byte(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`))
	if err != nil {
		t.Fatal(err)
	}
	p := Compile([]*Document{d}, Context{Values: Values{"iot:ClientId": {"pump-7"}}})
	if n := testing.AllocsPerRun(100, func() { p.Widenings() }); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}
