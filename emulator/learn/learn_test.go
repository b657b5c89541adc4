package learn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
)

const arnPrefix = "arn:aws:iot:eu-west-1:123456789012:"

// said is requests as text: "pump-7 Publish a/b", a line each. A client with a "!" is
// the thing of the same name, with what follows in the attribute site: "pump-7!oslo".
func said(text string) (all []Request) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		id, site, isThing := strings.Cut(words[0], "!")
		r := Request{Client: id, Principal: "p", Action: policy.Action("iot:" + words[1]), Name: strings.Join(words[2:], " "),
			Values: policy.Values{clientID: {id}}}
		r.Resource = arnPrefix + "topic/x" // of which the place counts
		if isThing {
			r.Values[thingName] = []string{id}
			r.Values[ofThing+"Attributes[site]"] = []string{site}
		}
		all = append(all, r)
	}
	return all
}

// short is a policy as "Publish,Receive topic/a topic/b; …".
func short(t *testing.T, documents []Document) string {
	t.Helper()
	var all []string
	for _, text := range documents {
		var d struct {
			Version   string
			Statement []struct {
				Effect           string
				Action, Resource any
			}
		}
		if err := json.Unmarshal([]byte(text), &d); err != nil || d.Version != "2012-10-17" {
			t.Fatalf("%s: %v", text, err)
		}
		for _, s := range d.Statement {
			if list, ok := s.Resource.([]any); ok {
				s.Resource = strings.Trim(fmt.Sprint(list), "[]")
			}
			one := func(v any) string { return strings.NewReplacer(arnPrefix, "", "iot:", "").Replace(fmt.Sprint(v)) }
			if list, ok := s.Action.([]any); ok {
				s.Action = strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]")
			}
			resource := strings.ReplaceAll(one(s.Resource), "${ClientId}", "ID")
			all = append(all, one(s.Action)+" "+strings.ReplaceAll(resource, "${Connection.Thing.ThingName}", "THING"))
		}
	}
	return strings.Join(all, "; ")
}

func TestFrom(t *testing.T) {
	tests := []struct {
		name, asked, want string
		notes             int
	}{
		{"one client stays as it is", "a Connect a\na Publish a/x\na Publish a/x", "Connect client/a; Publish topic/a/x", 0},
		{"two have a variable", "a Connect a\nb Connect b\na Publish s/a/x\nb Publish s/b/x", "Connect client/ID; Publish topic/s/ID/x", 0},
		{"things go by their name", "a!o Connect a\nb!o Connect b\na!o Publish s/a\nb!o Publish s/b", "Connect client/THING; Publish topic/s/THING", 0},
		{"a stranger among things", "a!o Connect a\nb!o Connect b\nc Connect c", "Connect client/ID", 0},
		{"the same for all stays", "a Publish all\nb Publish all", "Publish topic/all", 0},
		{"an attribute", "a!oslo Publish site/oslo\nb!rome Publish site/rome", "Publish topic/site/${Connection.Thing.Attributes[site]}", 0},
		{"an attribute that is the same for all", "a!oslo Publish site/oslo\nb!oslo Publish site/oslo", "Publish topic/site/oslo", 0},
		{"attribute and name", "a!oslo Publish oslo/a\nb!rome Publish rome/b\nc!oslo Publish oslo/c",
			"Publish topic/${Connection.Thing.Attributes[site]}/THING", 0},
		{"a part of a level", "dev-1 Connect x-dev-1.y\ndev-2 Connect x-dev-2.y", "Connect client/x-ID.y", 0},
		{"no part of a word", "1 Publish a1/x\n2 Publish a2/x", "Publish topic/a1/x topic/a2/x", 1},
		{"twice in a name", "a Publish a/to/a\nb Publish b/to/b", "Publish topic/ID/to/ID", 0},
		{"one of two", "a Publish a/a\nb Publish b/a", "Publish topic/ID/a", 0},
		{"actions together", "a Publish t\na Receive t\na RetainPublish t\na Subscribe t",
			"Publish,RetainPublish,Receive topic/t; Subscribe topicfilter/t", 0},
		{"without a resource", "a ListRetainedMessages ", "ListRetainedMessages *", 0},
		{"what means something to a policy", "a Publish a*b/${iot:ClientId}/?/$(x)/$aws",
			"Publish topic/a${*}b/${$}{ClientId}/${?}/${$}(x)/$aws", 0},
		{"an id that is made up", "$GEN/1-2 Connect $GEN/1-2", "Connect client/$GEN/*", 0},
		{"a filter", "a Subscribe s/a/#\nb Subscribe s/b/#\na Receive s/a/1\nb Receive s/b/1",
			"Subscribe topicfilter/s/ID/#; Receive topic/s/ID/1", 0},
		{"nothing came", "a Subscribe s/#", "Subscribe topicfilter/s/#", 1},
		{"of one alone", "a Publish x\nb Publish y", "Publish topic/x topic/y", 1},
		{"not known", "a Connect a\na Fly a", "Connect client/a", 1},
	}
	for _, tt := range tests {
		l, err := From(said(tt.asked), Options{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := short(t, l.Documents); got != tt.want {
			t.Errorf("%s: got  %s\nwant %s (issue 14, part 5)", tt.name, got, tt.want)
		}
		if len(l.Notes) != tt.notes {
			t.Errorf("%s: got notes %q, want %d", tt.name, l.Notes, tt.notes)
		}
		if refused := len(l.Refused) > 0; refused != (tt.name == "not known") {
			t.Errorf("%s: got %+v refused", tt.name, l.Refused)
		}
	}
}

// What does not fit is opened where it opens least [B-127, B-128].
func TestFromWidens(t *testing.T) {
	many := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "a Publish "+format+"\n", i)
		}
		return b.String()
	}
	tests := []struct {
		name, asked string
		o           Options
		want        string
	}{
		{"it fits", many("t/%d", 3), Options{}, "Publish topic/t/0 topic/t/1 topic/t/2"},
		{"a level", many("s/%d/x", 100), Options{}, "Publish topic/s/*/x"},
		{"the beginning of a level stays", many("s/dev-%d/x", 100), Options{}, "Publish topic/s/dev-*/x"},
		{"one of two lists", many("deep/s/t/%d", 50) + many("t%d", 10), Options{Size: 900}, "Publish topic/deep/s/t/* topic/t0 topic/t1 " +
			"topic/t2 topic/t3 topic/t4 topic/t5 topic/t6 topic/t7 topic/t8 topic/t9"},
		{"nothing in common", many("%d", 100), Options{}, "Publish topic/*"},
		{"more documents", many("s/%d/x", 100), Options{Documents: 10}, ""},
		{"a variable is kept", "b Publish v/b\nc Publish v/c\n" + many("s/%d/x", 100), Options{}, "Publish topic/s/*/x topic/v/ID"},
		{"one that is too long", "a Publish " + strings.Repeat("x", 3000) + "/y", Options{}, "Publish topic/*"},
	}
	for _, tt := range tests {
		l, err := From(said(tt.asked), tt.o)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := short(t, l.Documents)
		if tt.want == "" {
			if strings.Contains(got, "*") || len(l.Documents) < 2 {
				t.Errorf("%s: got %d documents, %s, want several without a *", tt.name, len(l.Documents), got)
			}
			continue
		}
		if got != tt.want || len(l.Refused) > 0 {
			t.Errorf("%s: got  %s\nwant %s (B-127), nothing refused", tt.name, got, tt.want)
		}
	}
}

// The report says what each pattern opens.
func TestOpened(t *testing.T) {
	l, err := From(said("a Connect a\nb Connect b\na!x Publish s/1\na Publish s/2\nb Publish s/3\nb Receive s/4\na Publish q/a\nb Publish q/b"),
		Options{Size: 440})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range l.Opened {
		got = append(got, o.String())
	}
	want := []string{
		"client/${iot:ClientId}: stands for 2 requests of 2 clients; any client id may connect, since a client chooses its own",
		"topic/q/${iot:ClientId}: stands for 2 requests of 2 clients; each client has its own, and so has any other that gets the policy and " +
			"chooses such an id",
		`topic/s/*: stands for 3 requests of 2 clients; it allows every topic that begins with "s/", of however many levels; of what others ` +
			"asked it allows b: iot:Publish on s/1, b: iot:Publish on s/2, a: iot:Publish on s/3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s\n%s", strings.Join(got, "\n     "), strings.Join(want, "\n     "), l.Documents)
	}
}

// What cannot be.
func TestFromRefuses(t *testing.T) {
	tests := []struct {
		name     string
		requests []Request
		o        Options
		want     string
	}{
		{"nothing", nil, Options{}, ErrNothing.Error()},
		{"two accounts", []Request{{Action: "iot:Connect", Name: "a", Resource: "arn:aws:iot:r:1:client/a"},
			{Action: "iot:Connect", Name: "b", Resource: "arn:aws:iot:r:2:client/b"}}, Options{},
			"there are requests on arn:aws:iot:r:1: and on arn:aws:iot:r:2:, want those of one account and region"},
		{"too short", said("a Publish t"), Options{Size: 20}, "the actions alone do not fit into 1 documents of 20 characters"},
		{"size", said("a Publish t"), Options{Size: 4000}, "size is 4000, want 1 to 2048"},
		{"documents", said("a Publish t"), Options{Documents: 11}, "documents is 11, want 1 to 10"},
	}
	for _, tt := range tests {
		if _, err := From(tt.requests, tt.o); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}
