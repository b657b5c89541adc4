package registry

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/suback/suback/emulator/policy"
)

// How values stand in a State: as JSON with all exported fields, by the names
// they have in Go. Tags do not count, since they are AWS's: they leave out
// secrets and dates. Parsed policies are left out; their texts are there.

// A form is a type with what stands for it: the same without tags and without
// unexported fields.
type form[V any] struct{ bare reflect.Type }

func formOf[V any]() form[V] { return form[V]{bareOf(reflect.TypeFor[V]())} }

// encode cannot fail: there is nothing in the types of content that JSON has no
// form for.
func (f form[V]) encode(v V) json.RawMessage {
	bare := reflect.New(f.bare).Elem()
	transfer(bare, reflect.ValueOf(&v).Elem())
	text, err := json.Marshal(bare.Interface())
	if err != nil {
		panic(err)
	}
	return text
}

func (f form[V]) decode(text json.RawMessage) (v V, err error) {
	bare := reflect.New(f.bare)
	if err := json.Unmarshal(text, bare.Interface()); err != nil {
		return v, err
	}
	transfer(reflect.ValueOf(&v).Elem(), bare.Elem())
	return v, nil
}

func bareOf(t reflect.Type) reflect.Type {
	switch kind := t.Kind(); {
	case kind == reflect.Struct && t != reflect.TypeFor[time.Time]():
		return bareStruct(t)
	case kind != reflect.Pointer && kind != reflect.Slice && kind != reflect.Map || bareOf(t.Elem()) == t.Elem():
		return t
	case kind == reflect.Pointer:
		return reflect.PointerTo(bareOf(t.Elem()))
	case kind == reflect.Slice:
		return reflect.SliceOf(bareOf(t.Elem()))
	default:
		return reflect.MapOf(t.Key(), bareOf(t.Elem()))
	}
}

func bareStruct(t reflect.Type) reflect.Type {
	var fields []reflect.StructField
	for f := range t.Fields() {
		if f.IsExported() && !isParsed(f.Type) {
			fields = append(fields, reflect.StructField{Name: f.Name, Type: bareOf(f.Type)})
		}
	}
	return reflect.StructOf(fields)
}

func isParsed(t reflect.Type) bool {
	return t == reflect.TypeFor[*policy.Document]() || t == reflect.TypeFor[[]*policy.Document]()
}

// transfer copies a value to its bare type, or back.
func transfer(to, from reflect.Value) {
	switch kind := to.Kind(); {
	case to.Type() == from.Type():
		to.Set(from)
	case kind == reflect.Struct:
		for f := range to.Type().Fields() {
			if field := from.FieldByName(f.Name); field.IsValid() && f.IsExported() {
				transfer(to.FieldByIndex(f.Index), field)
			}
		}
	case from.IsNil():
		to.SetZero()
	case kind == reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		transfer(to.Elem(), from.Elem())
	case kind == reflect.Slice:
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			transfer(to.Index(i), from.Index(i))
		}
	case kind == reflect.Map:
		to.Set(reflect.MakeMapWithSize(to.Type(), from.Len()))
		for key, v := range from.Seq2() {
			element := reflect.New(to.Type().Elem()).Elem()
			transfer(element, v)
			to.SetMapIndex(key, element)
		}
	}
}
