package shadow

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The document of a shadow
//
//   - a section without a field is not there [S-32, S-33]
//   - null for state empties both sections, null for one that section [S-31]
//   - every accepted update is a version of its own, also one that changes nothing [S-37]

// A document is what is kept of a shadow. It is not changed once others can see it.
type document struct {
	desired, reported *node // objects, or nil: none
	version           int64
	at                int64  // of the last update, in seconds
	states            string // "state":{…},"metadata":{…} as they are kept; "" before encode
}

// updated returns the document after an update; old is nil if there was none.
func updated(old *document, u *update, version, at int64) *document {
	d := &u.desk.made
	*d = document{version: version, at: at}
	if u.state.is(null) {
		return d
	}
	if old != nil {
		d.desired, d.reported = old.desired, old.reported
	}
	d.desired, d.reported = u.mergedSection(d.desired, u.desired), u.mergedSection(d.reported, u.reported)
	return d
}

func (u *update) mergedSection(old, patch *node) *node {
	if patch == nil {
		return old
	}
	if n := u.desk.merged(old, patch); n != nil && len(n.names) > 0 {
		return n
	}
	return nil
}

// check refuses what a document must not become [S-39].
func (d *document) check() *Refusal {
	if d.states != "" && len(d.states) <= maxDocument {
		return nil // with all that is not counted
	}
	if size := d.desired.size() + d.reported.size(); size > maxDocument {
		return tooLarge("with this update desired and reported would have", size)
	}
	return nil
}

// appendSections appends {"desired":…,"reported":…,"delta":…}, what there is of it.
func appendSections(b []byte, write func(*node, []byte) []byte, desired, reported, delta *node) []byte {
	b = append(b, '{')
	first := len(b)
	for _, s := range []section{{name: "desired", node: desired}, {name: "reported", node: reported},
		{name: "delta", node: delta}} {
		if s.node == nil {
			continue
		}
		if len(b) > first {
			b = append(b, ',')
		}
		b = append(appendText(b, s.name), ':')
		b = write(s.node, b)
	}
	return append(b, '}')
}

// appendStates appends "state":{…},"metadata":{…}; metadata has no delta [S-59].
func (d *document) appendStates(b []byte, delta *node) []byte {
	b = appendSections(append(b, `"state":`...), (*node).appendValue, d.desired, d.reported, delta)
	return appendSections(append(b, `,"metadata":`...), (*node).appendTimes, d.desired, d.reported, nil)
}

// encode is how a document is kept.
func (d *document) encode(on *desk) string {
	b := append(on.text[:0], `{"version":`...)
	b = strconv.AppendInt(b, d.version, 10)
	b = strconv.AppendInt(append(b, `,"timestamp":`...), d.at, 10)
	b = append(b, ',')
	states := len(b)
	on.text = append(d.appendStates(b, nil), '}')
	kept := string(on.text)
	d.states = kept[states : len(kept)-1]
	return kept
}

// decode reads what encode has written.
func (on *desk) decode(kept string) *document {
	p, d := parser{rest: kept, desk: on}, &on.old
	*d = document{}
	p.past("version")
	d.version, _ = count(p.number())
	p.past("timestamp")
	d.at, _ = count(p.number())
	d.states = kept[len(kept)-len(p.rest)+len(",") : len(kept)-1]
	p.past("state")
	state := p.value()
	p.past("metadata")
	p.times(state)
	d.desired, d.reported = state.member("desired"), state.member("reported")
	return d
}

// past goes behind a name and what stands before it.
func (p *parser) past(name string) {
	_, p.rest, _ = strings.Cut(p.rest, `"`+name+`":`)
}

// times reads metadata, and gives each leaf of a node its own: both are of one encode, so
// they have the same members in the same order.
func (p *parser) times(n *node) {
	if n.kind != object && n.kind != array {
		p.past("timestamp")
		n.at, _ = count(p.number())
		p.take(len("}"))
		return
	}
	p.next()
	p.take(len("{"))
	for _, item := range n.items {
		if p.next(); n.kind == object {
			p.string()
		}
		p.times(item)
	}
	p.next()
	p.take(len("}"))
}

// documentOf reads what is kept of a document. The error says where what is wrong.
func documentOf(root *node) (_ *document, err error) {
	d := &document{}
	if d.version, err = wholeNumber(root, "version"); err != nil {
		return nil, err
	}
	if d.at, err = wholeNumber(root, "timestamp"); err != nil {
		return nil, err
	}
	state, times := root.member("state"), root.member("metadata")
	if !state.is(object) || !times.is(object) {
		return nil, errors.New("want state and metadata")
	}
	d.desired, d.reported = state.member("desired"), state.member("reported")
	for _, s := range []section{{name: "desired", node: d.desired}, {name: "reported", node: d.reported}} {
		if s.node == nil {
			continue
		}
		if err := stamp(s.node, times.member(s.name)); err != nil {
			return nil, fmt.Errorf("%s%w", s.name, err)
		}
	}
	return d, nil
}

// wholeNumber reads a member.
func wholeNumber(root *node, name string) (int64, error) {
	if n := root.member(name); n.is(number) {
		if i, ok := count(n.text); ok {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%s: want a whole number", name)
}

// stamp gives the leaves of a node the times of its metadata.
func stamp(n, times *node) (err error) {
	switch {
	case times == nil:
		return errors.New(": it has no metadata")
	case n.is(object):
		for i, name := range n.names {
			if err := stamp(n.items[i], times.member(name)); err != nil {
				return fmt.Errorf(".%s%w", name, err)
			}
		}
		return nil
	case n.is(array) && len(n.items) == len(times.items):
		for i, item := range n.items {
			if err := stamp(item, times.items[i]); err != nil {
				return fmt.Errorf("[%d]%w", i, err)
			}
		}
		return nil
	case n.is(array), !times.member("timestamp").is(number):
		return errors.New(": its metadata is not its own")
	}
	n.at, _ = count(times.member("timestamp").text)
	return nil
}
