package learn

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
)

// A dice makes recordings.
type dice struct{ *rand.Rand }

func (d dice) one(of ...string) string { return of[d.IntN(len(of))] }

// recording is some requests of some clients, with names that mean something to a policy,
// to MQTT, or to the search for variables.
func (d dice) recording() (all []Request) {
	ids := []string{"a", "b", "pump-1", "pump-2", "a/b", "*", "${iot:ClientId}", "+", "ü", "$", "a*b", "{"}[:1+d.IntN(12)]
	for range 1 + d.IntN(80) {
		id := d.one(ids...)
		r := Request{Client: id, Principal: d.one("p", "q"), Action: order[d.IntN(len(order))], Values: policy.Values{clientID: {id}}}
		if d.IntN(2) == 0 && r.Principal == "q" {
			r.Values[thingName] = []string{id}
			r.Values[ofThing+"Attributes[site]"] = []string{"s" + id[:1]}
		}
		if d.IntN(9) == 0 {
			r.Client, r.Values = "", nil
		}
		var levels []string
		for range 1 + d.IntN(5) {
			levels = append(levels, d.one(id, "a", "b", "", "*", "?", "#", "+", "$", "${", "}", "x-"+id, "s"+id,
				"pump-"+fmt.Sprint(d.IntN(50)), "$(*)"))
		}
		r.Name = strings.Join(levels, "/")
		all = append(all, r)
	}
	return all
}

// Whatever was asked is allowed, and what it is allowed by holds its budget [issue 14, part 5].
func TestEveryRequestIsAllowed(t *testing.T) {
	for seed := range uint64(50) {
		d := dice{rand.New(rand.NewPCG(seed, 0))}
		requests := d.recording()
		o := Options{Size: 1100 + d.IntN(949), Documents: 1 + d.IntN(3)}
		l, err := From(requests, o)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(l.Documents) > o.Documents {
			t.Errorf("seed %d: got %d documents, want at most %d", seed, len(l.Documents), o.Documents)
		}
		var documents []*policy.Document
		for _, text := range l.Documents {
			if n := policy.Size([]byte(text)); n > o.Size {
				t.Errorf("seed %d: got a document of %d characters, want at most %d", seed, n, o.Size)
			}
			document, err := policy.Parse("learned", []byte(text))
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, text)
			}
			documents = append(documents, document)
		}
		first := map[subject]policy.Values{} // a client is what it was at first
		for _, r := range requests {
			who := subject{r.Client, r.Principal}
			if first[who] == nil {
				first[who] = r.values()
			}
			p := policy.Compile(documents, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000", Values: first[who]})
			if !p.Allows(r.Action, r.Name) {
				t.Fatalf("seed %d: %s %s %q is refused by\n%v", seed, r.Client, r.Action, r.Name, l.Documents)
			}
		}
	}
}

// Where each client asks for its own, a variable lets none of them into another's place.
func TestNobodyInAnothersPlace(t *testing.T) {
	for seed := range uint64(60) {
		d := dice{rand.New(rand.NewPCG(seed, 1))}
		shape, things := d.one("s/ID/x", "ID", "ID/to/ID", "x-ID.y/1", "$aws/things/ID/shadow/get"), d.IntN(2) == 0
		ids := []string{"a", "bb", "pump-1", "pump-2", "*", "ü*"}[:2+d.IntN(5)]
		var requests []Request
		own := func(id string) string { return strings.ReplaceAll(shape, "ID", id) }
		for _, id := range ids {
			r := Request{Client: id, Principal: "p", Values: policy.Values{clientID: {id}}}
			if things {
				r.Values[thingName] = []string{id}
			}
			for _, a := range []policy.Action{policy.Publish, policy.Receive, policy.Subscribe} {
				r.Action, r.Name = a, own(id)
				requests = append(requests, r)
			}
		}
		l, err := From(requests, Options{})
		if err != nil {
			t.Fatal(err)
		}
		document, err := policy.Parse("learned", []byte(l.Documents[0]))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range requests {
			p := policy.Compile([]*policy.Document{document}, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000",
				Values: r.Values})
			for _, id := range ids {
				if p.Allows(r.Action, own(id)) != (id == r.Client) {
					t.Errorf("seed %d: %s of %s by %s: got %v\n%s", seed, r.Action, own(id), r.Client, id != r.Client, l.Documents[0])
				}
			}
		}
	}
}

// A fleet of five hundred is learned in a moment.
func TestFromIsQuick(t *testing.T) {
	var requests []Request
	for i := range 500 {
		id := fmt.Sprint("dev-", i)
		for j := range 4 {
			requests = append(requests, Request{Client: id, Principal: "p", Action: policy.Publish, Name: fmt.Sprintf("s/%d/%d/t%d", i%37, i, j)})
		}
	}
	l, err := From(requests, Options{})
	if err != nil || len(l.Refused) > 0 {
		t.Fatalf("got %v, %d refused", err, len(l.Refused))
	}
}
