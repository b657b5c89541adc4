package policy

// Values are the variables and condition keys that the policy was compiled for. The
// lists are shared: do not change them.
func (p *Policy) Values() Values { return p.values.all() }

// ARN is the resource that a request is decided on: that of the action's type with this
// name, in the endpoint's region and account; "*" for actions that know no other [B-202].
func (p *Policy) ARN(a Action, name string) string {
	return p.ctx.place().resource(a.canonical(), name)
}
