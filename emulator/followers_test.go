package emulator_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// TestFollowers: one reader of the trace too many ends the oldest, which is told,
// and the others go on [issue 10].
func TestFollowers(t *testing.T) {
	o := emulator.Embedded()
	o.Listeners, o.Bounds.Followers = free, 2
	e := emulator.Run(t, o)
	var readers []*bufio.Scanner
	for i := range 3 {
		resp, err := http.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/trace?follow=1&outcome=REFUSED")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		readers = append(readers, bufio.NewScanner(resp.Body))
		eventually(t, fmt.Sprint("reader ", i), func() bool { now, ended := e.Trace().Followers(); return now+int(ended) > i })
	}
	next := func(i int) (ev trace.Event) {
		if !readers[i].Scan() {
			t.Fatalf("reader %d: got the end, want an event", i)
		}
		if err := json.Unmarshal(readers[i].Bytes(), &ev); err != nil {
			t.Errorf("reader %d: got %q: %v", i, readers[i].Text(), err)
		}
		return ev
	}
	if ev := next(0); ev.Operation != trace.Follow || ev.Outcome != trace.Note || !strings.Contains(ev.Detail, "more than 2") ||
		readers[0].Scan() {
		t.Errorf("the oldest: got %s, then %q, want a note that says why and the end", ev.Text(), readers[0].Text())
	}
	mustBe(t, "a refusal", dial(t, e, 5, "tcp", "pump-7", "me", "wrong").connect(), "0x87")
	for i := 1; i < 3; i++ {
		if ev := next(i); ev.Client != "pump-7" {
			t.Errorf("reader %d: got %s, want the refusal", i, ev.Text())
		}
	}
	got := scrape(t, e)
	for _, want := range []string{"suback_followers 2", "suback_followers_ended_total 1"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
}
