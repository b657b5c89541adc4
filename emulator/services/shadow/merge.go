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
	if !old.is(object) {
		old = nil
	}
	made := newObject(len(patch.names))
	if old != nil {
		for _, name := range old.names {
			made.put(name, old.members[name])
		}
	}
	emptied := old == nil || len(old.names) > 0
	removed := false
	for _, name := range patch.names {
		if value := merged(made.members[name], patch.members[name]); value != nil {
			made.put(name, value)
			continue
		}
		made.remove(name)
		removed = true
	}
	if emptied && removed && len(made.names) == 0 {
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
			kept := newObject(len(item.names))
			if m := mergedObject(kept, item); m != nil {
				kept = m
			}
			item = kept
		}
		made.items = append(made.items, item)
	}
	return made
}
