package policy

// What somebody who reads policies without a connection asks: of the same tables that
// decide.

// KnownActions are the actions of the data plane [B-121], in their usual spelling.
func KnownActions() []Action { return knownActions() }

// JudgedOn is what the last part of an ARN begins with for an action of the data plane to
// be allowed on it, as "topic"; "" for actions that know no resource but "*".
func (a Action) JudgedOn() string { return a.canonical().resourceType() }

// Respell returns the name that a policy variable of AWS IoT's was meant to have; "" for
// one that is right, or another service's [B-338].
func Respell(name string) string { return respell(name) }

// IsOperator reports whether a condition may have an operator of that name [B-301, B-305],
// what of it is the operator's positive form, as "StringEquals", and whether an absent key
// fails it [B-302].
func IsOperator(name string) (base string, wantsKey, ok bool) {
	o, ok := parseOperator(name)
	return o.base, ok && !o.negated && !o.ifExists && o.set != "ForAllValues" && o.base != "Null", ok
}
