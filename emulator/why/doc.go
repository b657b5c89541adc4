// Package why says why a request is refused, and why nothing arrives.
//
// It is a pure function: what is known of a client comes in as plain data, a finding
// goes out. It asks nobody, and has no clock. It does not decide: what a policy allows is package
// policy's.
//
//	v := why.Judge(compiled, policy.Publish, "pump/7/state", nil)
//	fmt.Println(v.Decision) // DENY (implicit) iot:Publish topic/pump/7/state
//	fmt.Println(v.Repair)   // what to change
package why
