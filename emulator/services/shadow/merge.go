package shadow

// Merging
//
//   - objects merge, all else replaces what was there, arrays as a whole [S-30, S-36]
//   - null removes a field; of one that is not there nothing happens [S-30, S-35]
//   - an object stays when it was empty before, and goes when nulls have emptied it
//     [S-33, S-34]

// merged returns what a patch makes of a node, nil for nothing; old may be nil.
func (d *desk) merged(old, patch *node) *node {
	switch patch.kind {
	case null:
		return nil
	case array:
		return d.withoutNulls(patch)
	case object:
		return d.mergedObject(old, patch)
	}
	return patch
}

func (d *desk) mergedObject(old, patch *node) *node {
	emptied := true
	var made *node
	if old.is(object) {
		made, emptied = d.copied(old), len(old.names) > 0
	} else {
		made = d.object()
	}
	removed := false
	for i, name := range patch.names {
		value := d.merged(made.member(name), patch.items[i])
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
func (d *desk) withoutNulls(n *node) *node {
	made := d.node(node{kind: array})
	for _, item := range n.items {
		switch item.kind {
		case array:
			item = d.withoutNulls(item)
		case object:
			item = d.mergedObject(d.object(), item) // not nil: what is empty before stays
		}
		made.items = append(made.items, item)
	}
	return made
}
