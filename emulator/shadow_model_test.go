package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"
)

// What docs/behaviour/shadow.md says, a second time and in another form than the
// service: a section is its leaves by their paths, so that merging, removing and
// comparing are about sets of paths, and there is no tree but in what is printed.

// A shadowModel is one shadow, or where one was.
type shadowModel struct {
	label             string // in the text of a 404 [S-71]
	exists            bool
	desired, reported leaves
	version           int
	deleted           time.Duration // when, by the emulator's clock; of one that is not there
}

// leaves are a section's, by path: keys joined by NUL. An empty object is a leaf.
type leaves map[string]leaf

type leaf struct {
	value any   // a scalar, an array, or an empty object
	since int64 // seconds
}

const counted = 48 * time.Hour // how long a deletion is remembered [S-63]

// A shadowSaid is one message: the end of its topic, and its payload.
type shadowSaid struct {
	topic string
	body  any
}

// update is what comes of an update at a time [S-30…S-57].
func (m *shadowModel) update(request map[string]any, at int64) []shadowSaid {
	previous := m.document()
	first := !m.exists
	m.exists = true
	m.version++
	state, sections := request["state"].(map[string]any)
	if !sections { // null [S-31]
		m.desired, m.reported = nil, nil
	}
	for name, section := range map[string]*leaves{"desired": &m.desired, "reported": &m.reported} {
		if patch, given := state[name]; given {
			section.merge(patch, at)
		}
	}
	token := request["clientToken"]
	accepted := map[string]any{"state": request["state"], "metadata": stamped(request["state"], at),
		"version": m.version, "timestamp": at}
	documents := map[string]any{"previous": previous, "current": m.document(), "timestamp": at}
	if first {
		delete(documents, "previous") // [S-52]
	}
	said := []shadowSaid{{"update/accepted", accepted}}
	if d := m.delta(); len(d) > 0 { // [S-55]
		said = append(said, shadowSaid{"update/delta",
			map[string]any{"state": d.tree(leaf.print), "metadata": d.tree(leaf.stamps), "version": m.version, "timestamp": at}})
	}
	said = append(said, shadowSaid{"update/documents", documents})
	for _, s := range said {
		withToken(s.body, token)
	}
	return said
}

// get is the answer to a get that finds the shadow [S-59]; at is when it was given.
func (m *shadowModel) get(request map[string]any, at int64) []shadowSaid {
	body := m.document()
	if d := m.delta(); len(d) > 0 {
		body["state"].(map[string]any)["delta"] = d.tree(leaf.print)
	}
	body["timestamp"] = at
	withToken(body, request["clientToken"])
	return []shadowSaid{{"get/accepted", body}}
}

// delete is the answer to a delete that finds the shadow [S-60]; now is the
// emulator's time.
func (m *shadowModel) delete(request map[string]any, at int64, now time.Duration) []shadowSaid {
	body := map[string]any{"version": m.version, "timestamp": at}
	withToken(body, request["clientToken"])
	*m = shadowModel{label: m.label, version: m.version + 1, deleted: now} // the deletion counts [S-64]
	return []shadowSaid{{"delete/accepted", body}}
}

// forget is what time does [S-63].
func (m *shadowModel) forget(now time.Duration) {
	if !m.exists && now-m.deleted > counted {
		m.version = 0
	}
}

// document is state, metadata and version [S-50]; a section without leaves is not in it [S-32].
func (m *shadowModel) document() map[string]any {
	state, metadata := map[string]any{}, map[string]any{}
	for name, section := range map[string]leaves{"desired": m.desired, "reported": m.reported} {
		if len(section) > 0 {
			state[name], metadata[name] = section.tree(leaf.print), section.tree(leaf.stamps)
		}
	}
	return map[string]any{"state": state, "metadata": metadata, "version": m.version}
}

// delta is the leaves of desired that reported does not have so [S-54].
func (m *shadowModel) delta() leaves {
	d := leaves{}
	for path, wanted := range m.desired {
		has, found := m.reported[path]
		inside := wanted.empty() && m.reported.below(path)
		if !inside && (!found || !sameValue(wanted.value, has.value)) {
			d[path] = wanted
		}
	}
	return d
}

// merge puts a patch of a section in [S-30…S-36].
func (l *leaves) merge(patch any, at int64) {
	if patch == nil {
		*l = nil
		return
	}
	if *l == nil {
		*l = leaves{}
	}
	for key, value := range patch.(map[string]any) {
		l.put(key, value, at)
	}
}

func (l *leaves) put(path string, value any, at int64) {
	object, isObject := value.(map[string]any)
	switch {
	case value == nil:
		l.cut(path)
	case isObject && len(object) > 0:
		if has, found := (*l)[path]; found && !has.empty() { // another type [S-36]
			delete(*l, path)
		}
		for key, member := range object {
			if l.put(path+"\x00"+key, member, at); l.below(path) {
				delete(*l, path) // no longer empty
			}
		}
	case isObject && l.below(path): // merged, it changes nothing [S-33]
	default:
		l.cut(path)
		(*l)[path] = leaf{value, at}
	}
}

// cut removes a path and all below it.
func (l *leaves) cut(path string) {
	maps.DeleteFunc(*l, func(p string, _ leaf) bool { return p == path || strings.HasPrefix(p, path+"\x00") })
}

func (l *leaves) below(path string) bool {
	for p := range *l {
		if strings.HasPrefix(p, path+"\x00") {
			return true
		}
	}
	return false
}

// tree is the section as it is printed, with each leaf in its form.
func (l leaves) tree(form func(leaf) any) any {
	root := map[string]any{}
	for path, v := range l {
		keys := strings.Split(path, "\x00")
		at := root
		for _, key := range keys[:len(keys)-1] {
			if at[key] == nil {
				at[key] = map[string]any{}
			}
			at = at[key].(map[string]any)
		}
		at[keys[len(keys)-1]] = form(v)
	}
	return root
}

func (v leaf) empty() bool {
	object, is := v.value.(map[string]any)
	return is && len(object) == 0
}

func (v leaf) print() any  { return v.value }
func (v leaf) stamps() any { return stamped(v.value, v.since) }

// stamped is the metadata of a value whose leaves are all of one time [S-46…S-48].
func stamped(value any, at int64) any {
	switch v := value.(type) {
	case map[string]any:
		m := map[string]any{}
		for key, member := range v {
			m[key] = stamped(member, at)
		}
		return m
	case []any:
		all := []any{}
		for _, element := range v {
			all = append(all, stamped(element, at))
		}
		return all
	}
	return map[string]any{"timestamp": at}
}

// sameValue compares as a delta does [S-57].
func sameValue(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		n, is := b.(json.Number)
		return is && rational(a).Cmp(rational(n)) == 0
	case []any:
		other, is := b.([]any)
		return is && slices.EqualFunc(a, other, sameValue)
	case map[string]any:
		other, is := b.(map[string]any)
		return is && maps.EqualFunc(a, other, sameValue)
	}
	return fmt.Sprintf("%T %v", a, a) == fmt.Sprintf("%T %v", b, b)
}

func rational(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		panic("no number: " + n.String())
	}
	return r
}

func withToken(body, token any) {
	if token != nil {
		body.(map[string]any)["clientToken"] = token
	}
}
