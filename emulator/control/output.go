package control

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// The output of an operation
//
//   - a member without a value is there, and null [A-327, guess but for
//     authorizers]
//   - dates are numbers: seconds since 1970, with milliseconds
//   - an operation without an output answers with an empty body

// encode writes what an operation returned.
func (m *model) encode(op *modelOperation, output any) ([]byte, error) {
	if op.Output == "" {
		return nil, nil
	}
	text, err := json.Marshal(output)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err = e.Encode(m.complete(m.Shapes[op.Output], v))
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// complete adds the members that are missing.
func (m *model) complete(s *shape, v any) any {
	switch v := v.(type) {
	case values:
		if s.Type == "structure" {
			for name, member := range s.Members {
				v[name] = m.complete(m.Shapes[member.Shape], v[name])
			}
		}
	case []any:
		for i := range v {
			v[i] = m.complete(m.Shapes[s.Member], v[i])
		}
	}
	return v
}

// A date is a time in AWS's form.
type date struct{ time.Time }

// MarshalJSON writes seconds, such as 1700000000.125.
func (d date) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(d.UnixMilli())/1000, 'f', -1, 64), nil
}
