package trace

import (
	"context"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/suback/suback/emulator/cause"
)

// What the trace is asked for by GET /_suback/trace [issue 14, part 6].
func TestFilter(t *testing.T) {
	r := New(Options{})
	for _, e := range []Event{
		{Client: "a", Operation: PublishIn, Outcome: Refused, Topic: "pump/1/state", Cause: cause.Cause{Rules: []string{"D-11"}}},
		{Client: "b", Operation: Subscribe, Outcome: Note, Filter: "$share/g/pump/+/state", Cause: cause.Cause{Rules: []string{"B-236a", "D-1"}}},
		{Client: "b", Operation: PublishOut, Outcome: Withheld, Topic: "pump/2"},
		{Client: "b", Operation: Connect, Outcome: Allowed},
		{Client: "c", Operation: Subscribe, Outcome: Refused, Details: Details{Subscriptions: []Subscription{{Filter: "x"}, {Filter: "pump/#"}}}},
		{Client: "c", Operation: PublishIn, Outcome: Refused, Topic: "$aws/x"},
	} {
		r.Record(e)
	}
	tests := []struct {
		query string
		want  string // seqs, or the error
	}{
		{"", "123456"},
		{"client=b", "234"},
		{"client=b&outcome=note", "2"},
		{"operation=publish-in", "16"},
		{"topic=pump/1/state", "125"},
		{"topic=pump/%2B", "35"},
		{"topic=pump/%23", "1235"},
		{"topic=%23", "1235"},
		{"topic=$aws/%23", "6"},
		{"rule=b-236A", "2"},
		{"rule=D-11&client=b", ""},
		{"since=4", "56"},
		{"since=4&client=b", ""},
		{"since=99", ""},
		{"outcome=lost", `outcome is "lost", want ALLOWED, REFUSED, WITHHELD or NOTE`},
		{"operation=Publish", `operation is "Publish", want one of Connect, Publish-In,`},
		{"topic=a%23", `topic is "a#", which has a wildcard beside`},
		{"rule=receive", `rule is "receive", want a number as B-501`},
		{"since=-1", `since is "-1", want the seq of an event`},
	}
	for _, tt := range tests {
		q, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		f, err := ParseFilter(q)
		got := ""
		for _, e := range r.Events(f) {
			got += string('0' + rune(e.Seq))
		}
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != tt.want || err != nil && (tt.want == "" || !strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s: got %s, want %s (issue 14)", tt.query, got, tt.want)
		}
	}
}

// Every operation can be asked for.
func TestOperations(t *testing.T) {
	text, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`\bOperation += "([^"]+)"`).FindAllStringSubmatch(string(text), -1)
	for _, m := range all {
		if o := Operation(m[1]); !slices.Contains(operations, o) && o != PublishRetained {
			t.Errorf("got no %s in operations, want all of event.go", o)
		}
	}
	if len(all) < 20 {
		t.Errorf("got %d operations in event.go, want all", len(all))
	}
}

// Who comes back goes on where it was; an older event comes again if its count grows.
func TestFollowSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{})
		refuse1(r, "a")
		r.Withheld(Key{ConnectionID: "1", Topic: "t"}, func() Event { return Event{Client: "a"} })
		refuse1(r, "a")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		seqs := make(chan uint64, 10)
		go func() {
			for e := range r.Follow(ctx, Filter{Client: "a", Since: 2}) {
				seqs <- e.Seq*100 + e.Count
			}
		}()
		if got := <-seqs; got != 300 {
			t.Errorf("got %d, want event 3 alone of those there were", got)
		}
		synctest.Wait()
		r.Withheld(Key{ConnectionID: "1", Topic: "t"}, nil)
		if got := <-seqs; got != 202 {
			t.Errorf("got %d, want event 2 with its count of 2", got)
		}
	})
}
