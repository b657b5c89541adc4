package policy_test

import (
	"fmt"

	"github.com/suback/suback/emulator/policy"
)

func Example() {
	doc, err := policy.Parse("LambdaPolicy[0]", []byte(`{
		"Version": "2012-10-17",
		"Statement": [
			{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:123456789012:client/${iot:ClientId}"},
			{"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:123456789012:topic/pump/7/data/*"}
		]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	p := policy.Compile([]*policy.Document{doc}, policy.Context{
		Partition: "aws", Region: "us-east-1", Account: "123456789012",
		Values: policy.Values{"iot:ClientId": {"pump-7"}},
	})
	fmt.Println(p.Allows(policy.Connect, "pump-7"))

	d := p.Explain(policy.Publish, "pump/7/state", nil)
	fmt.Println(d)
	for _, c := range d.Considered {
		fmt.Printf("%s.Statement[%d] %s %s\n", c.Document, c.Statement, c.Effect, c.Outcome)
		if c.Outcome == policy.ResourceMismatch {
			fmt.Printf("    %s\n    %s\n    %*s\n", c.Text, c.Pattern, c.Position+1, "^")
		}
	}
	fmt.Println("hint:", d.Hint.Text, d.Hint.Rules)
	// Output:
	// true
	// DENY (implicit) iot:Publish topic/pump/7/state
	// LambdaPolicy[0].Statement[0] Allow action does not match
	// LambdaPolicy[0].Statement[1] Allow resource does not match
	//     topic/pump/7/state
	//     topic/pump/7/data/*
	//                  ^
	// hint: LambdaPolicy[0].Statement[1] allows iot:Publish on topic/pump/7/data/*, the device publishes to topic/pump/7/state [D-11]
}

func ExampleParse_error() {
	_, err := policy.Parse("LambdaPolicy[0]", []byte(`{"Version": "2012-10-17", "Statement": [{"Effect": "allow"}]}`))
	fmt.Println(err)
	// Output:
	// policy LambdaPolicy[0]: Statement[0].Effect is "allow", want "Allow" or "Deny"
}
