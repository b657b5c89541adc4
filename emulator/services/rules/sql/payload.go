package sql

import "sync"

// A Payload is what a message carries. It is parsed when a statement asks, once for each
// version, whatever number of statements ask; they may ask at the same time.
type Payload struct {
	raw    []byte
	parsed [V2016 + 1]struct {
		once  sync.Once
		value Value
		err   error
	}
}

// NewPayload returns the payload with these bytes, which must not change.
func NewPayload(raw []byte) *Payload { return &Payload{raw: raw} }

// Raw is the bytes.
func (p *Payload) Raw() []byte {
	if p == nil {
		return nil
	}
	return p.raw
}

// value is the JSON of the payload, and Undefined with an error if it is none.
func (p *Payload) value(ver Version) (Value, error) {
	if p == nil || len(p.raw) == 0 {
		return Value{}, errNotJSON
	}
	of := &p.parsed[ver]
	of.once.Do(func() {
		if of.value, of.err = ParseJSON(p.raw, ver); of.err != nil {
			of.value = Value{}
		}
	})
	return of.value, of.err
}
