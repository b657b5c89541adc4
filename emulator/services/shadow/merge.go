package shadow

// Merging
//
//   - objects merge, all else replaces what was there, arrays as a whole [S-30, S-36]
//   - null removes a field; of one that is not there nothing happens [S-30, S-35]
//   - an object stays when it was empty before, and goes when nulls have emptied it
//     [S-33, S-34]

// merged returns what a patch makes of a node, nil for nothing; old may be nil.
func merged(old, patch *node) *node {
	switch patch.kind {
	case null:
		return nil
	case array:
		return withoutNulls(patch)
	case object:
		return mergedObject(old, patch)
	}
	return patch
}

func mergedObject(old, patch *node) *node {
	made, emptied := newObject(), true
	if old.is(object) {
		made, emptied = old.copied(), len(old.names) > 0
	}
	removed := false
	for i, name := range patch.names {
		value := merged(made.member(name), patch.items[i])
		if removed = removed || value == nil; value != nil || made.place(name) >= 0 {
			made.put(name, value)
		}
	}
	if made.keep(); emptied && removed && len(made.names) == 0 {
		return nil
	}
	return made
}

// withoutNulls is an array as it is kept: members that are null, of objects in it, are
// not there [guess].
func withoutNulls(n *node) *node {
	made := &node{kind: array, items: make([]*node, 0, len(n.items))}
	for _, item := range n.items {
		switch item.kind {
		case array:
			item = withoutNulls(item)
		case object:
			item = mergedObject(newObject(), item) // not nil: what is empty before stays
		}
		made.items = append(made.items, item)
	}
	return made
}
