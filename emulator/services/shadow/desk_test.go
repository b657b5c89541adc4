package shadow

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// Of what one request is worked on with nothing is seen by the next, be they one after the
// other or at the same time: each is answered as where it is alone [S-4, S-45, S-50].
func TestDeskIsCleared(t *testing.T) {
	now := func() time.Time { return time.Unix(1_700_000_000, 0) }
	payloads := []string{
		`{"state":{"desired":{"a":1,"b":{"c":[1,{"d":2}],"e":"x"}},"reported":{"a":2}},"clientToken":"one"}`,
		`{"state":{"desired":{"b":{"c":null}}}}`,
		`{"state":{"reported":{"a":1,"b":{"e":"x"}}},"version":9}`,
		`{"state":{"desired":null,"reported":{"l":[[],[{}]]}}}`,
		`{"state":{"desired":{"a":[null]}},"clientToken":"two"}`,
		`{"state":null}`, `no JSON`, ``,
	}
	said := func(out *Outcome) (all []string) {
		for _, m := range out.Messages {
			all = append(all, m.Topic+" "+string(m.Payload))
		}
		return append(all, out.Line())
	}
	requests := func(thing int) (all []Request) {
		for i := range payloads {
			payload := []byte(payloads[(i+thing)%len(payloads)])
			id := ID{Thing: fmt.Sprint("thing-", thing)}
			all = append(all, Request{ID: id, Op: Update, Payload: payload}, Request{ID: id, Op: Get})
		}
		return append(all, all...)
	}
	shared := opened(t, Options{Now: now})
	var all sync.WaitGroup
	for thing := range 20 {
		all.Go(func() {
			alone := opened(t, Options{Now: now})
			for i, r := range requests(thing) {
				alone.desks = sync.Pool{}
				want, got := said(alone.Do(r, nil)), []string(nil)
				shared.Serve(r, func(out *Outcome) { got = said(out) })
				if !slices.Equal(got, want) {
					t.Errorf("thing %d, request %d: got\n%q\nwant\n%q", thing, i, got, want)
				}
			}
		})
	}
	all.Wait()
}
