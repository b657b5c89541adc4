package learn

import (
	"fmt"
	"slices"
	"strings"
)

// An Opened is a resource that allows more than was asked.
type Opened struct {
	Resource string   `json:"resource"` // as the policy has it
	Actions  []string `json:"actions"`
	Requests int      `json:"requests"` // that it allows of those there were
	Clients  int      `json:"clients"`  // whose they are

	// Opens says what it allows beyond them.
	Opens string `json:"opens"`
	// Examples are a few things that it allows to clients of the recording and that they did
	// not ask for, as "pump-2: iot:Publish on a/b".
	Examples []string `json:"examples,omitempty"`
}

// String is one line, with its examples.
func (o Opened) String() string {
	s := o.Resource + ": " + o.Opens
	if len(o.Examples) > 0 {
		s += "; of what others asked it allows " + strings.Join(o.Examples, ", ")
	}
	return s
}

const (
	maxExamples = 3
	maxLooks    = 20_000 // for the examples of one resource
)

// opened tells of each resource with a variable or a "*" what it opens.
func (rec *recording) opened(all resources) []Opened {
	some := []Opened{}
	for _, t := range all.sorted() {
		if t.kind == "" || !t.name.isWide() && len(t.name.variables()) == 0 {
			continue
		}
		o := Opened{Resource: t.kind + "/" + t.name.String(), Actions: all[t].names()}
		o.Requests, o.Clients = rec.served(t, all[t])
		o.Opens = t.opens(o.Requests, o.Clients)
		if t.name.isWide() {
			o.Examples = rec.examples(t, all[t])
		}
		some = append(some, o)
	}
	return some
}

// served is how many requests a target allows, and of how many clients.
func (rec *recording) served(t target, set actions) (requests, of int) {
	clients := map[*client]bool{}
	for _, r := range rec.requests {
		asks, _ := targetOf(&r.Request)
		if asks.kind == t.kind && bit(r.Action)&set != 0 && r.client.may(t.name, r.Name) {
			requests++
			clients[r.client] = true
		}
	}
	return requests, len(clients)
}

// may reports whether a name, with the values of the client, allows what it is called by.
func (c *client) may(n name, called string) bool {
	text := string(n)
	for _, key := range n.variables() {
		value, has := c.values[key]
		if !has {
			return false
		}
		text = strings.ReplaceAll(text, "${"+key+"}", value)
	}
	return name(text).covers(plain(called))
}

// opens says it of a target.
func (t target) opens(requests, clients int) string {
	what := fmt.Sprintf("stands for %s of %s; ", count(requests, "request"), count(clients, "client"))
	keys := t.name.variables()
	if !t.name.isWide() {
		switch {
		case t.kind == "client" && slices.Contains(keys, clientID) && string(t.name) == "${"+clientID+"}":
			return what + "any client id may connect, since a client chooses its own"
		case slices.Contains(keys, clientID):
			return what + "each client has its own, and so has any other that gets the policy and chooses such an id"
		}
		return what + "each thing has its own, and so has any other whose certificate gets the policy"
	}
	before, after, _ := strings.Cut(t.name.String(), "*")
	if i := strings.LastIndexByte(after, '*'); i >= 0 {
		after = after[i+1:]
	}
	var like []string
	if before != "" {
		like = append(like, fmt.Sprintf("begins with %q", before))
	}
	if after != "" {
		like = append(like, fmt.Sprintf("ends with %q", after))
	}
	if like == nil {
		return what + "it allows every " + t.kind + " there is"
	}
	return fmt.Sprintf("%sit allows every %s that %s, of however many levels", what, t.kind,
		strings.Join(like, " and "))
}

// examples are things that a target allows and nobody asked for, made of what was.
func (rec *recording) examples(t target, set actions) (all []string) {
	type seen struct {
		client *client
		name   string
	}
	did, names := map[seen]bool{}, []string{}
	for _, r := range rec.requests {
		if asks, _ := targetOf(&r.Request); asks.kind == t.kind {
			did[seen{r.client, r.Name}] = did[seen{r.client, r.Name}] || bit(r.Action)&set != 0
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	looks := 0
	for _, name := range names {
		for _, c := range rec.clients {
			if looks++; looks > maxLooks || len(all) == maxExamples {
				return all
			}
			another := t.kind == "client" && name != c.subject.client // which no client connects as
			if !did[seen{c, name}] && !another && c.may(t.name, name) {
				all = append(all, fmt.Sprintf("%s: %s on %s", c, set.names()[0], name))
			}
		}
	}
	return all
}

// String names who asked.
func (c *client) String() string {
	if c.subject.client != "" {
		return c.subject.client
	}
	return "principal " + c.principal
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
