package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// nodeOf is a value of the configuration as YAML, without what is empty: that is
// the default everywhere. An empty list that is there stays, since the
// permissions of a function may be one.
func nodeOf(v any) *yaml.Node { return nodeOfValue(reflect.ValueOf(v)) }

// node is the configuration as YAML.
func (c *Config) node() *yaml.Node {
	n := nodeOf(c)
	for _, name := range c.AccountNames() {
		accounts, _ := child(n, "accounts")
		account, _ := child(accounts, name)
		*account = *c.Accounts[name].node()
	}
	if c.FunctionsAPI == "" {
		return n
	}
	functions, _ := child(n, "functions")
	if functions == nil {
		functions = &yaml.Node{Kind: yaml.MappingNode}
		n.Content = append(n.Content, textNode("functions"), functions)
	}
	functions.Content = append(functions.Content, textNode("api"), textNode(c.FunctionsAPI))
	return n
}

func nodeOfValue(v reflect.Value) *yaml.Node {
	if s, ok := v.Interface().(ShadowState); ok {
		return s.node()
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return nodeOfValue(v.Elem())
	case reflect.Struct:
		return nodeOfStruct(v)
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			n.Content = append(n.Content, nodeOfValue(v.Index(i)))
		}
		return n
	case reflect.Map:
		n := &yaml.Node{Kind: yaml.MappingNode}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			n.Content = append(n.Content, nodeOfValue(key), nodeOfValue(v.MapIndex(key)))
		}
		return n
	case reflect.String:
		return textNode(v.String())
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(v.Interface())} // a number or a bool
}

func nodeOfStruct(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for f := range v.Type().Fields() {
		key := f.Tag.Get("yaml")
		if !f.IsExported() || key == "" || key == "-" || v.FieldByIndex(f.Index).IsZero() {
			continue
		}
		n.Content = append(n.Content, textNode(key), nodeOfValue(v.FieldByIndex(f.Index)))
	}
	return n
}

// textNode is a text that stays one: quoted if it looks like a number, in lines
// of its own if it has several.
func textNode(s string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(s)
	return n
}
