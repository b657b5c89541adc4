package policy

// keptValues are Values as a policy keeps them while its connection lasts: most have two
// keys, for which a map takes 400 bytes. They are wanted as a map when documents are bound to
// the connection, and when somebody asks why.
type keptValues []keptValue

type keptValue struct {
	key  string
	list []string
}

func (v Values) keep() keptValues {
	kept := make(keptValues, 0, len(v))
	for key, list := range v {
		kept = append(kept, keptValue{key, list})
	}
	return kept
}

// all are the values as they were given.
func (k keptValues) all() Values {
	v := make(Values, len(k))
	for _, one := range k {
		v[one.key] = one.list
	}
	return v
}
