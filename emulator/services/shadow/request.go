package shadow

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// What a payload may say
//
//   - an update: {"state":{"desired":{…},"reported":{…}},"clientToken":"…","version":n},
//     of which only state is required; others at the top are not looked at [S-20, S-23]
//   - state, desired and reported may be null [S-21]; any other name in state is refused,
//     delta too [S-22]
//   - checked in this order: size, UTF-8, JSON, state, desired, reported, version,
//     clientToken, depth [S-28, guess]
//   - arrays have no null in them [S-29; the text is a guess]
//   - get and delete: nothing, or {"clientToken":"…"} [S-59]; what is no JSON is refused
//     [guess]

// maxToken is how many bytes a clientToken may have [S-24].
const maxToken = 64

// An update is what a payload asks for.
type update struct {
	state             *node // an object, or null
	desired, reported *node // objects, null, or nil: not named
	version           *node // nil: any
	token             string
	desk              *desk
}

// parseUpdate reads the payload of an update that comes at a moment, in seconds.
func (d *desk) parseUpdate(payload []byte, at int64) (*update, *Refusal) {
	root, why := d.parsePayload(payload, at)
	if why != nil {
		return nil, why
	}
	u := &d.update
	*u = update{state: root.member("state"), version: root.member("version"), token: tokenOf(root), desk: d}
	if why := u.check(root, len(payload)); why != nil {
		why.token = u.token
		return nil, why
	}
	return u, nil
}

// parsePayload reads JSON. Of what cannot be read the size comes first.
func (d *desk) parsePayload(payload []byte, at int64) (*node, *Refusal) {
	large := len(payload) > maxDocument
	switch {
	case !utf8.Valid(payload) && large:
		return nil, tooLarge("the request has", len(payload))
	case !utf8.Valid(payload):
		return nil, notText()
	}
	root, err := d.parse(payload, at)
	switch {
	case err != nil && large:
		return nil, tooLarge("the request has", len(payload))
	case err != nil:
		return nil, invalidJSON(payload, err)
	}
	return root, nil
}

// longest is how much longer than in its payload JSON may be here: of an escape with two
// bytes, as \b, six may have been made.
const longest = 3

// check looks at what has been read of so many bytes, in AWS's order.
func (u *update) check(root *node, bytes int) *Refusal {
	switch {
	case u.state == nil:
		return missingState()
	case !u.state.is(object) && !u.state.is(null):
		return notObject("State", "state", u.state)
	}
	u.desired, u.reported = u.state.member("desired"), u.state.member("reported")
	if bytes*longest > maxDocument {
		size := u.withoutNull(u.desired).size() + u.withoutNull(u.reported).size()
		if size > maxDocument {
			return tooLarge("desired and reported of the request have", size)
		}
	}
	if why := u.checkState(); why != nil {
		return why
	}
	if v := u.version; v != nil {
		if _, ok := count(v.text); !v.is(number) || !ok {
			return invalidVersion(fmt.Sprintf("version is %s", v.brief()),
				"send the version that the shadow has, a whole number, or leave it out", "S-25")
		}
	}
	if token := root.member("clientToken"); token != nil && u.token == "" {
		return invalidToken(token)
	}
	return u.checkDepth()
}

// checkState looks at what is in state.
func (u *update) checkState() *Refusal {
	for _, s := range u.sections() {
		if s.node != nil && !s.node.is(object) && !s.node.is(null) {
			return notObject(s.called, "state."+s.name, s.node)
		}
	}
	for _, name := range u.state.names {
		if name != "desired" && name != "reported" {
			return unknownNode(name)
		}
	}
	for _, s := range u.sections() {
		if path := nullInArray(s.node, s.name); path != "" {
			return nullNode("state." + path)
		}
	}
	return nil
}

func (u *update) checkDepth() *Refusal {
	for _, s := range u.sections() {
		if levels := s.node.depth(); levels > maxDepth {
			return tooDeep("state."+s.name, levels)
		}
	}
	return nil
}

// A section is desired or reported of an update.
type section struct {
	name, called string
	node         *node
}

func (u *update) sections() []section {
	return []section{{"desired", "Desired", u.desired}, {"reported", "Reported", u.reported}}
}

// withoutNull is what of a section would be kept, by and large; nil for nothing.
func (u *update) withoutNull(n *node) *node {
	if !n.is(object) {
		return nil
	}
	return u.desk.merged(nil, n)
}

// nullInArray returns where in a node an array has null in it, "" if none has.
func nullInArray(n *node, path string) string {
	if n == nil {
		return ""
	}
	for i, item := range n.items {
		at := ""
		switch {
		case n.is(object) && len(item.items) == 0:
			continue // the most frequent
		case n.is(object):
			at = path + "." + n.names[i]
		default:
			at = fmt.Sprintf("%s[%d]", path, i)
			if item.is(null) {
				return at
			}
		}
		if found := nullInArray(item, at); found != "" {
			return found
		}
	}
	return ""
}

// parseToken reads the payload of a get or delete, of which only clientToken counts.
func (d *desk) parseToken(payload []byte) (token string, why *Refusal) {
	if len(bytes.TrimSpace(payload)) == 0 {
		return "", nil
	}
	root, why := d.parsePayload(payload, 0)
	if why != nil {
		why.Hint = `send nothing, or {"clientToken":"…"}`
		return "", why
	}
	n := root.member("clientToken")
	if token = tokenOf(root); n != nil && token == "" {
		return "", invalidToken(n)
	}
	return token, nil
}

// tokenOf returns the clientToken of a request as JSON has it, "" if there is none or it
// is none.
func tokenOf(root *node) string {
	n := root.member("clientToken")
	if !n.is(text) || len(n.plain()) > maxToken {
		return ""
	}
	return n.text
}
