package control

import (
	"embed"
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/packed"
)

// The service model: what AWS publishes for its SDKs, reduced by
// model/generate.py and model/services.py, which say where it is from.

//go:embed model/*.json.gz
var models embed.FS

// modelText is the model of a service: iot, lambda or acm.
func modelText(service string) []byte { return packed.Text(models, "model/"+service+".json") }

type model struct {
	Operations map[string]*modelOperation
	Shapes     map[string]*shape
}

type modelOperation struct {
	Method, URI   string
	Input, Output string   // names of structures, "" for none
	Errors        []string // names of structures
}

// A shape is a type.
type shape struct {
	Type string // structure, list, map, string, blob, boolean, integer, long, double, timestamp

	// Of a structure. Payload is the member that is the whole body, Status the
	// HTTP status of an error.
	Members  map[string]member
	Required []string
	Payload  string
	Status   int

	Member     string // shape of a list's members
	Key, Value string // shapes of a map's

	// Min and Max bound a number, or the length of anything else: characters,
	// bytes, members.
	Min, Max *float64
	Enum     []string
	Pattern  string // as AWS writes it in its errors, in Java's syntax

	pattern *regexp.Regexp // of the whole string; nil without a Pattern
}

// A member of a structure.
type member struct {
	Shape string
	In    string // uri, query, header; "" is the body
	As    string // its name there
}

// parsed are the models by service, as functions that read one once: that takes some
// milliseconds and a megabyte, and all accounts of a process read the same.
var parsed sync.Map

// readModel is the model of a service: iot, lambda or acm. Nobody changes it.
func readModel(service string) *model {
	read := sync.OnceValue(func() *model { return parseModel(modelText(service)) })
	first, _ := parsed.LoadOrStore(service, read)
	return first.(func() *model)()
}

// parseModel panics if an embedded model is broken, which its test would show.
func parseModel(text []byte) *model {
	m := &model{}
	if err := json.Unmarshal(text, m); err != nil {
		panic(err)
	}
	for _, s := range m.Shapes {
		if s.Pattern != "" {
			s.pattern = regexp.MustCompile(`\A(?:` + goPattern(s.Pattern) + `)\z`)
		}
	}
	return m
}

// goPattern turns Java's regular expression into Go's. The classes that differ
// stand within brackets only.
func goPattern(java string) string {
	java = regexp.MustCompile(`\\u([0-9A-F]{4})`).ReplaceAllString(java, `\x{$1}`)
	return strings.NewReplacer(
		`\p{Graph}`, `[:graph:]`,
		`\p{Upper}`, `[:upper:]`,
		`\p{Digit}`, `[:digit:]`,
		`\p{Cntrl}`, `[:cntrl:]`,
		`(?!-)`, ``, // ACM's names of domains; whoever issues certificates looks again
		`(?<!\.)`, ``, // Lambda's names of S3 buckets, of which there are none
	).Replace(java)
}

// input is the structure of an operation's input; one without members if there
// is none.
func (m *model) input(op *modelOperation) *shape {
	if op.Input == "" {
		return &shape{Type: "structure"}
	}
	return m.Shapes[op.Input]
}
