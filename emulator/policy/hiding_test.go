package policy

import "testing"

func TestHiding(t *testing.T) {
	const text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*","Condition":{"StringEquals":{"aws:userid":"AIDA1"}}},
		{"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:us-east-1:000000000000:topic/${aws:UserId}"}]}`
	doc, err := Parse("p", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c := Context{Partition: "aws", Region: "us-east-1", Account: "000000000000", Values: Values{"aws:userid": {"AIDA1"}}}
	tests := []struct {
		name   string
		docs   []*Document
		want   bool
		source string
	}{
		{"known", []*Document{doc}, true, "B-335"},
		{"hidden, whatever its case", []*Document{doc.Hiding("AWS:UserID")}, false, "B-335, B-304"},
		{"another one hidden", []*Document{doc.Hiding("aws:username")}, true, "B-335"},
		{"hidden from one of two", []*Document{doc.Hiding("aws:userid"), doc}, true, "B-335"},
	}
	for _, tt := range tests {
		p := Compile(tt.docs, c)
		for action, name := range map[Action]string{Connect: "x", Publish: "AIDA1"} {
			if got := p.Allows(action, name); got != tt.want || p.Explain(action, name, nil).Allowed != tt.want {
				t.Errorf("%s: %s: got %v, want %v (%s)", tt.name, action, got, tt.want, tt.source)
			}
		}
	}
}
