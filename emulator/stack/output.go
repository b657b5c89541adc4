package stack

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tree"
)

// What is written: entries of the lists of suback.yaml, with where each is from.

// An output is what comes of all templates.
type output struct {
	options   Options
	partition string
	hasRegion bool // it was given, or a serverless.yml has it
	kinds     map[string]kind
	files     []string // in the order they were given
	entries   map[string][]*entry
	notes     []Note
	noted     map[Note]bool
	ended     func() error // whoever asks wants no more of it
	archives  int64        // bytes of archives that functions have
	secrets   []string     // values of parameters that are NoEcho, as they are and as notes quote them

	unsaid     int  // notes beyond maxNotes
	unsaidLost bool // some of them say that something is left out
}

// An entry is one of a list of suback.yaml.
type entry struct {
	name string // by which others refer to it
	node *yaml.Node
	at   tree.Spot
	what string // what notes call it

	noGuests bool // of an identity pool
}

// keys are the lists of suback.yaml, in the order in which they are written.
func keys() []string {
	return strings.Fields(`functions authorizers domainConfigurations policies thingTypes billingGroups things
		thingGroups certificates caCertificates roles roleAliases topicRules topicRuleDestinations
		identityPools identities v2LoggingOptions v2LoggingLevels tags`)
}

// byName are the keys of those that are mappings, by name, and single: one mapping alone.
const (
	byNameKey = "functions"
	singleKey = "v2LoggingOptions"
)

func newOutput(ended func() error, o Options) *output {
	return &output{options: o, kinds: kinds(), entries: map[string][]*entry{}, noted: map[Note]bool{},
		ended: ended}
}

// in has the result in a region.
func (o *output) in(region string) error {
	r, err := registry.New(registry.Options{Region: region, Account: o.options.Account})
	if err != nil {
		return err
	}
	o.options.Region, o.partition, o.hasRegion = region, r.Partition(), true
	return nil
}

// add adds an entry of a resource to a list.
func (r *resource) add(key, name string) *entry {
	e := &entry{name: name, node: &yaml.Node{Kind: yaml.MappingNode}, at: r.at, what: r.String()}
	r.t.spent += 1 + len(r.t.out.entries[key])/textUnit // find goes over them
	r.t.out.entries[key] = append(r.t.out.entries[key], e)
	return e
}

// remove takes an entry away again.
func (o *output) remove(key string, e *entry) {
	o.entries[key] = slices.DeleteFunc(o.entries[key], func(x *entry) bool { return x == e })
}

// find finds an entry by its name; nil if there is none.
func (o *output) find(key, name string) *entry {
	for _, e := range o.entries[key] {
		if e.name == name {
			return e
		}
	}
	return nil
}

// set sets a key of the entry.
func (e *entry) set(key string, n *yaml.Node) { put(e.node, key, n) }

// append adds to a list of the entry, once.
func (e *entry) append(key string, n *yaml.Node) {
	list := get(e.node, key)
	if list == nil {
		list = &yaml.Node{Kind: yaml.SequenceNode}
		e.set(key, list)
	}
	same := func(x *yaml.Node) bool { return n.Kind == yaml.ScalarNode && x.Value == n.Value }
	if !slices.ContainsFunc(list.Content, same) {
		list.Content = append(list.Content, n)
	}
}

// text is the whole file.
func (o *output) text() ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	put(root, "region", textNode(o.options.Region))
	put(root, "accountId", textNode(o.options.Account))
	for _, key := range keys() {
		if n := o.list(key); n != nil {
			put(root, key, n)
		}
	}
	text := bytes.NewBufferString(o.head())
	enc := yaml.NewEncoder(text)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// Head is how each result begins.
const Head = "# Written by suback import"

func (o *output) head() string {
	var from []string
	for _, f := range o.files {
		from = append(from, filepath.ToSlash(o.relative(f)))
	}
	return fmt.Sprintf("%s from %s.\n# It is written anew when that is imported again.\n", Head,
		printed.Line(strings.Join(from, ", ")))
}

// list is a list of suback.yaml; nil if there is nothing in it.
func (o *output) list(key string) *yaml.Node {
	all := o.entries[key]
	switch {
	case len(all) == 0:
		return nil
	case key == singleKey:
		return all[0].node
	case key == byNameKey:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, e := range all {
			n.Content = append(n.Content, textNode(e.name), e.node)
		}
		return n
	}
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for _, e := range all {
		n.Content = append(n.Content, e.node)
	}
	return n
}

// relative is a path, as the working directory has it, as one from the folder of the result.
func (o *output) relative(path string) string {
	folder, err1 := filepath.Abs(filepath.Dir(o.options.Out))
	target, err2 := filepath.Abs(path)
	if err1 != nil || err2 != nil {
		return path
	}
	if rel, err := filepath.Rel(folder, target); err == nil {
		return rel
	}
	return target
}
