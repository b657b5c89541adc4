package scenario

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Values that are more than a text, a number or a list. Each reads its node, and says what
// is wrong with it, "" for nothing.

// A reader is such a value.
type reader interface {
	read(n *yaml.Node) string
}

// A Version of MQTT: "3.1.1" or "5".
type Version string

// The versions.
const (
	V3 Version = "3.1.1"
	V5 Version = "5"
)

func (v *Version) read(n *yaml.Node) string {
	switch n.Value {
	case "3.1.1", "5":
		*v = Version(n.Value)
	case "3":
		*v = V3
	default:
		return fmt.Sprintf("the version is %q, want 3.1.1 or 5", n.Value)
	}
	return ""
}

// level is the protocol level of a CONNECT.
func (v Version) level() byte {
	if v == V5 {
		return 5
	}
	return 4
}

// A Transport is a way to the gateway.
type Transport string

// The transports.
const (
	TCP  Transport = "tcp"
	TLS  Transport = "tls"
	ALPN Transport = "alpn"
	WS   Transport = "ws"
	WSS  Transport = "wss"
)

// AllTransports are all, the cheapest first.
func AllTransports() []Transport { return []Transport{TCP, TLS, ALPN, WS, WSS} }

func (t *Transport) read(n *yaml.Node) string {
	*t = Transport(n.Value)
	if !slices.Contains(AllTransports(), *t) {
		return fmt.Sprintf("the transport is %q, want tcp, tls, alpn, ws or wss", n.Value)
	}
	return ""
}

// A Duration is a time as 300ms, 2s or 30m.
type Duration time.Duration

func (d *Duration) read(n *yaml.Node) string {
	v, err := time.ParseDuration(n.Value)
	if err != nil || v < 0 {
		return fmt.Sprintf("the time is %q, want one as 300ms, 2s or 30m", n.Value)
	}
	*d = Duration(v)
	return ""
}

// A Payload is a text, or JSON that was written as keys and values.
type Payload struct {
	bytes  []byte
	isJSON bool
	given  bool
}

func (p *Payload) read(n *yaml.Node) string {
	p.given = true
	if n.Kind == yaml.ScalarNode {
		p.bytes = []byte(n.Value)
		return ""
	}
	text, problem := jsonOf(n)
	p.bytes, p.isJSON = text, true
	return problem
}

// jsonOf is a node as JSON.
func jsonOf(n *yaml.Node) ([]byte, string) {
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, strings.TrimPrefix(err.Error(), "yaml: ")
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, "the value cannot be written as JSON, want keys that are texts"
	}
	return text, ""
}

// Resources are the node of suback.yaml's keys.
type Resources struct {
	node *yaml.Node
	text []byte
}

func (r *Resources) read(n *yaml.Node) string {
	r.node = n
	if n.Kind != yaml.MappingNode {
		return "the value is no keys and values, want those of suback.yaml"
	}
	return ""
}

// read takes a word, a number, or the keys.
func (o *Outcome) read(n *yaml.Node) string {
	var code int
	switch {
	case n.Kind != yaml.ScalarNode:
		return ""
	case slices.Contains(outcomeWords(), n.Value):
		o.Word = n.Value
	case n.Decode(&code) == nil && n.Tag == "!!int" && code >= 0 && code <= 0xff:
		o.Code = &code
	default:
		return fmt.Sprintf("the outcome is %q, want %s, a code as 0x87, or keys and values", n.Value,
			strings.Join(outcomeWords(), ", "))
	}
	return ""
}

func outcomeWords() []string { return []string{granted, refused, closed, silent, unopened} }

const (
	granted  = "granted"
	refused  = "refused"
	closed   = "closed"
	silent   = "silent"
	unopened = "unopened"
)
