package policy

// Within returns a Policy that allows what both p and q allow: a role within a
// session policy, or an IAM policy within an IoT policy. Explain
// answers with the one that refuses, p first.
func (p *Policy) Within(q *Policy) *Policy {
	if p.within != nil {
		q = p.within.Within(q)
	}
	both := *p
	both.within = q
	return &both
}
