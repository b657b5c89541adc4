package learn

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// Options say what the policy may be like. The zero value works.
type Options struct {
	// Size is how many characters a document may have, white space not counted. Default
	// and most policy.MaxDocumentSize [B-127].
	Size int

	// Documents is how many there may be: 1, the default, to policy.MaxDocuments [B-128].
	Documents int
}

// Learned is a policy, and how it does with the requests it was made of. Its JSON is what
// suback learn --json prints.
type Learned struct {
	// Documents allow what was asked, together.
	Documents []Document `json:"documents"`

	Requests int `json:"requests"` // distinct ones that it was made of
	Clients  int `json:"clients"`  // who asked; requests of one principal without a client id are one

	// Opened are the resources with a variable or a "*", and what they allow beyond the
	// requests.
	Opened []Opened `json:"opened"`

	// Refused are the requests that the documents do not allow: none, unless an action is
	// unknown or they had to be too short.
	Refused []Refused `json:"refused"`

	// Notes are sentences about what the requests do not show.
	Notes []string `json:"notes"`
}

// A Document is a policy document: JSON, on several lines.
type Document string

// MarshalJSON is the document itself.
func (d Document) MarshalJSON() ([]byte, error) { return []byte(d), nil }

// A Refused is a request that the policy does not allow.
type Refused struct {
	Request  Request         `json:"request"`
	Decision policy.Decision `json:"decision"`
}

// ErrNothing means that there was no request.
var ErrNothing = errors.New("nothing was asked, so there is nothing to allow")

// From makes the policy of requests. An error is ErrNothing, about the options, or about
// requests in several accounts.
func From(requests []Request, o Options) (*Learned, error) {
	o.Size, o.Documents = cmp.Or(o.Size, policy.MaxDocumentSize), cmp.Or(o.Documents, 1)
	if o.Size < 0 || o.Size > policy.MaxDocumentSize {
		return nil, fmt.Errorf("size is %d, want 1 to %d", o.Size, policy.MaxDocumentSize)
	}
	if o.Documents < 0 || o.Documents > policy.MaxDocuments {
		return nil, fmt.Errorf("documents is %d, want 1 to %d", o.Documents, policy.MaxDocuments)
	}
	rec, err := newRecording(requests)
	if err != nil {
		return nil, err
	}
	all := rec.resources()
	documents := all.fit(rec.place, o.Size, o.Documents)
	l := &Learned{Requests: len(rec.requests), Clients: len(rec.clients)}
	for _, d := range documents {
		l.Documents = append(l.Documents, Document(d.String()))
	}
	if l.Refused, err = rec.replay(l.Documents); err != nil {
		return nil, err
	}
	if !fits(documents, o.Size, o.Documents) {
		return nil, fmt.Errorf("the actions alone do not fit into %d documents of %d characters", o.Documents, o.Size)
	}
	l.Opened, l.Notes = rec.opened(all), rec.notes(all)
	return l, nil
}

// A recording is requests, each once, with who asked.
type recording struct {
	place    place
	at       [3]string // partition, region and account of the place
	requests []asked
	clients  []*client // in the order in which they first asked
}

// An asked is a request of a client.
type asked struct {
	Request
	client *client
}

// newRecording leaves out what was asked twice.
func newRecording(requests []Request) (*recording, error) {
	rec, clients, seen := &recording{}, map[subject]*client{}, map[question]bool{}
	for _, r := range requests {
		q := question{r.Client, r.Principal, r.Action, r.Name, false}
		if seen[q] {
			continue
		}
		seen[q] = true
		if err := rec.stands(r.Resource); err != nil {
			return nil, err
		}
		c := clients[subject{r.Client, r.Principal}]
		if c == nil {
			c = newClient(&r)
			clients[c.subject] = c
			rec.clients = append(rec.clients, c)
		}
		rec.requests = append(rec.requests, asked{r, c})
	}
	if len(rec.requests) == 0 {
		return nil, ErrNothing
	}
	if rec.place == "" {
		_ = rec.stands("arn:aws:iot:us-east-1:000000000000:")
	}
	return rec, nil
}

// stands notes the place of a request, which is that of all.
func (rec *recording) stands(arn string) error {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return nil // "*", or not known
	}
	at := place(strings.Join(fields[:5], ":") + ":")
	if rec.place != "" && rec.place != at {
		return fmt.Errorf("there are requests on %s and on %s, want those of one account and region", rec.place, at)
	}
	rec.place, rec.at = at, [3]string{fields[1], fields[3], fields[4]}
	return nil
}

// resources are what the requests are about, with variables where they serve several.
func (rec *recording) resources() resources {
	all := resources{}
	byTarget := map[target]map[actions][]wish{}
	for _, r := range rec.requests {
		t, known := targetOf(&r.Request)
		switch set := bit(r.Action); {
		case !known:
		case t.kind == "":
			all[t] |= set
		default:
			if byTarget[t] == nil {
				byTarget[t] = map[actions][]wish{}
			}
			byTarget[t][set] = append(byTarget[t][set], wish{r.client, r.Name})
		}
	}
	for t, byAction := range byTarget {
		for set, wishes := range byAction {
			for n := range generalise(wishes) {
				all[target{t.kind, n}] |= set
			}
		}
	}
	return all
}
