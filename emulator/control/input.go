package control

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// The input of an operation
//
//   - its members come from the path, the query, headers and a JSON body, as the
//     model has it
//   - what the model does not know is ignored; null is the same as absent
//   - JSON of another type than the model's is a SerializationException [guess:
//     what AWS's services of this protocol answer, with these words]

// values are the members of a structure, as json.Unmarshal makes them, numbers as
// json.Number.
type values = map[string]any

// collect returns the members of an operation's input, those that are there.
func (m *model) collect(
	op *modelOperation, r *http.Request, labels map[string]string, body []byte,
) (values, error) {
	in := m.input(op)
	out, err := m.readBody(in, body)
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse("SerializationException", "the query cannot be read: %v", err)
	}
	for name, member := range in.Members {
		var texts []string
		switch member.In {
		case "uri":
			texts = []string{labels[member.As]}
		case "query":
			texts = query[member.As]
		case "header":
			texts = r.Header.Values(member.As)
		}
		if len(texts) == 0 {
			continue
		}
		if out[name], err = m.fromText(m.Shapes[member.Shape], texts); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readBody returns the members that the body carries.
func (m *model) readBody(in *shape, body []byte) (values, error) {
	out := values{}
	if len(bytes.TrimSpace(body)) == 0 {
		return out, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, refuse("SerializationException", "the body is no JSON: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, refuse("SerializationException", "the body has more than one JSON value")
	}
	if in.Payload != "" {
		typed, err := m.typed(m.Shapes[in.Members[in.Payload].Shape], v)
		if err == nil && typed != nil {
			out[in.Payload] = typed
		}
		return out, err
	}
	typed, err := m.typed(in, v)
	if err != nil || typed == nil {
		return out, err
	}
	return typed.(values), nil
}

// typed returns v as s has it: unknown members and nulls removed. The error says
// where JSON's type is another one.
func (m *model) typed(s *shape, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch s.Type {
	case "structure", "map":
		return m.typedObject(s, v)
	case "list":
		return m.typedList(s, v)
	}
	want, ok := "", false
	switch s.Type {
	case "boolean":
		want = "Boolean"
		_, ok = v.(bool)
	case "integer", "long", "double", "timestamp":
		want = "Number"
		_, ok = v.(json.Number)
	case "blob":
		text, isText := v.(string)
		_, err := base64.StdEncoding.DecodeString(text)
		want, ok = "Blob", isText && err == nil
	default:
		want = "String"
		_, ok = v.(string)
	}
	if !ok {
		return nil, mismatch(v, want)
	}
	if s.Type == "integer" || s.Type == "long" {
		if _, err := strconv.ParseInt(v.(json.Number).String(), 10, bits(s)); err != nil {
			return nil, mismatch(v, "Number without fraction, of that size")
		}
	}
	return v, nil
}

func bits(s *shape) int {
	if s.Type == "integer" {
		return 32
	}
	return 64
}

func (m *model) typedObject(s *shape, v any) (any, error) {
	object, ok := v.(values)
	if !ok {
		return nil, mismatch(v, "structure or map")
	}
	out := values{}
	for name, inner := range object {
		of := m.Shapes[s.Value]
		if s.Type == "structure" {
			member, known := s.Members[name]
			if !known || member.In != "" {
				continue
			}
			of = m.Shapes[member.Shape]
		}
		typed, err := m.typed(of, inner)
		if err != nil {
			return nil, err
		}
		if typed != nil || s.Type == "map" {
			out[name] = typed
		}
	}
	return out, nil
}

func (m *model) typedList(s *shape, v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, mismatch(v, "list")
	}
	out := make([]any, len(list))
	for i, inner := range list {
		typed, err := m.typed(m.Shapes[s.Member], inner)
		if err != nil {
			return nil, err
		}
		out[i] = typed
	}
	return out, nil
}

// fromText reads a member from path, query or header.
func (m *model) fromText(s *shape, texts []string) (any, error) {
	switch s.Type {
	case "list":
		out := make([]any, len(texts))
		for i, text := range texts {
			v, err := m.fromText(m.Shapes[s.Member], []string{text})
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	case "boolean":
		return texts[0] == "true", nil
	case "integer", "long":
		if _, err := strconv.ParseInt(texts[0], 10, bits(s)); err != nil {
			return nil, mismatch(texts[0], "Number")
		}
		return json.Number(texts[0]), nil
	}
	return texts[0], nil
}

// mismatch is the error for JSON of another type than the model's. The value is
// not repeated: it may be secret.
func mismatch(v any, want string) error {
	have := map[string]string{
		"string": "STRING_VALUE", "bool": "BOOLEAN_VALUE", "json.Number": "NUMBER_VALUE",
		"map[string]interface {}": "Start of structure or map", "[]interface {}": "Start of list",
	}[fmt.Sprintf("%T", v)]
	return refuse("SerializationException", "%s can not be converted to a %s", have, want)
}
