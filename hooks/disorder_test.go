package hooks_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// PUBACKs in another order than the publishes, if somebody wishes it [B-699].

// disordered is an emulator as of start with a wish.
func disordered(t testing.TB, wish emulator.Disorder) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{Config: &emulator.Config{Disorder: wish}, Authorizer: authorize})
}

// burst are so many publishes of QoS 1, with identifiers from first on.
func burst(version byte, first, n int) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(publishing(version, qos1, "a", first+i, "", "x"))
	}
	return all.String()
}

// pubacks reads so many PUBACKs and returns their identifiers.
func (d *device) pubacks(n int) (ids []int) {
	d.Helper()
	for range n {
		p := d.receive()
		if p[0] != 0x40 {
			d.Fatalf("got %s, want a PUBACK (B-699)", show(p))
		}
		ids = append(ids, int(p[2])<<8|int(p[3]))
	}
	return ids
}

func upTo(n int) (ids []int) {
	for i := range n {
		ids = append(ids, i+1)
	}
	return ids
}

// TestPubacksOutOfOrder: every publish has its PUBACK, none in its own place, and a
// second run has them in the same order.
func TestPubacksOutOfOrder(t *testing.T) {
	t.Parallel()
	order := func(by way, version byte, id string, wish emulator.Disorder) []int {
		e := disordered(t, wish)
		d := open(t, e, by, version)
		d.send(connect{id: id, password: "all"}.packet(version))
		d.connack()
		d.send(burst(version, 1, 20))
		ids := d.pubacks(20)
		d.lives("B-699")
		d.disconnect()
		return ids
	}
	for _, version := range []byte{4, 5} {
		for _, by := range ways() {
			t.Run(fmt.Sprint(by.name, " ", version), func(t *testing.T) {
				if ids := order(by, version, "d", emulator.Disorder{Seed: 7, Shadows: true}); !slices.Equal(ids, upTo(20)) {
					t.Errorf("off: got %v, want them in order (B-699)", ids)
				}
				first := order(by, version, "d", emulator.Disorder{Pubacks: true, Seed: 7})
				if sorted := slices.Sorted(slices.Values(first)); !slices.Equal(sorted, upTo(20)) {
					t.Errorf("got %v, want one for each publish (B-699)", first)
				}
				for i, id := range first {
					if id == i+1 || id > i+8 || id < i+1-8 {
						t.Errorf("got %v, want PUBACK %d in another place, among the 8 next to it (B-699)", first, id)
					}
				}
				runs := [][]int{first} // a pause of 50 ms in the burst lets go of what is held: then it is another
				for again := first[:0]; !slices.ContainsFunc(runs[:len(runs)-1], func(r []int) bool { return slices.Equal(r, again) }); {
					if len(runs) > 8 {
						t.Fatalf("got %v, want a run to repeat (B-699)", runs)
					}
					again = order(by, version, "d", emulator.Disorder{Pubacks: true, Seed: 7})
					runs = append(runs, again)
				}
				if other := order(by, version, "d", emulator.Disorder{Pubacks: true, Seed: 8}); slices.Equal(other, first) {
					t.Errorf("got %v with another seed, want another order (B-699)", other)
				}
				if other := order(by, version, "e", emulator.Disorder{Pubacks: true, Seed: 7}); slices.Equal(other, first) {
					t.Errorf("got %v for another client, want another order (B-699)", other)
				}
			})
		}
	}
}

// TestHeldPubacksAreNotLost: whatever ends the connection in order, what has been
// accepted is acknowledged before.
func TestHeldPubacksAreNotLost(t *testing.T) {
	t.Parallel()
	const held = 5
	tests := []struct {
		name, sends    string // after the publishes
		do             func(e *emulator.Emulator)
		ends, ends5    string // after the PUBACKs
		goesOn, atOnce bool
	}{
		{name: "time", goesOn: true},
		{name: "Advance", do: func(e *emulator.Emulator) { e.Advance(time.Second) }, goesOn: true},
		{name: "a full house", sends: burst(4, held+1, 3), goesOn: true, atOnce: true},
		{name: "the client's DISCONNECT", sends: "\xe0\x00"},
		{name: "a reset", do: (*emulator.Emulator).Reset, ends5: disconnectWith(0x8B, "Server shutting down")},
		{name: "a packet of QoS 2", sends: "\x62\x02\x00\x01", ends5: disconnectWith(0x82, "Protocol error")},
		{name: "a malformed packet", sends: "\xc1\x00", ends5: disconnectWith(0x81, "Malformed packet")},
		{name: "the switch", do: func(e *emulator.Emulator) { e.SetDisorder(emulator.Disorder{}) }, goesOn: true},
	}
	for _, tt := range tests {
		for _, version := range []byte{4, 5} {
			if tt.atOnce && version == 5 {
				continue // the packets are MQTT 3.1.1's
			}
			t.Run(fmt.Sprint(tt.name, " ", version), func(t *testing.T) {
				e := disordered(t, emulator.Disorder{Pubacks: true, Seed: 1})
				d := online(t, e, version, connect{id: "d", password: "all"})
				d.send(burst(version, 1, held) + tt.sends)
				if tt.do != nil {
					d.lives("B-699: nothing has been let go, or all has") // the publishes have been read
					tt.do(e)
				}
				n := held
				if tt.atOnce {
					n = 8
				}
				ids := d.pubacks(n)
				if sorted := slices.Sorted(slices.Values(ids)); !slices.Equal(sorted, upTo(n)) || slices.Equal(ids, sorted) {
					t.Errorf("got %v, want each, out of order (B-699)", ids)
				}
				if tt.goesOn {
					d.lives("B-699")
					return
				}
				d.expectEnd(map[byte]string{4: tt.ends, 5: tt.ends5}[version], "B-699")
			})
		}
	}
}

// TestSwitchOfPubacks: the wish counts from the next PUBLISH on, and is noted once
// per connection.
func TestSwitchOfPubacks(t *testing.T) {
	e := start(t)
	d := online(t, e, 4, connect{id: "d", password: "all"})
	inOrder := func(first int) {
		t.Helper()
		d.send(burst(4, first, 8))
		if ids := d.pubacks(8); !slices.IsSorted(ids) {
			t.Errorf("got %v, want order (B-699)", ids)
		}
	}
	inOrder(1)
	if got := records(e, "d"); len(got) != 0 {
		t.Errorf("got %+v, want no record while everything is in order", got)
	}
	e.SetDisorder(emulator.Disorder{Pubacks: true})
	for range 2 {
		d.send(burst(4, 11, 8))
		if ids := d.pubacks(8); slices.IsSorted(ids) {
			t.Errorf("got %v, want disorder (B-699)", ids)
		}
	}
	note := record(t, e, "d")
	if note.Outcome != trace.Note || note.Operation != trace.PublishIn || note.Rules[0] != "B-699" ||
		!strings.Contains(note.Detail, "seed 0") {
		t.Errorf("got %s, want a note about the order of PUBACKs (B-699)", note.Text())
	}
	d.send(burst(4, 21, 3)) // held
	d.lives("B-699: they wait")
	e.SetDisorder(emulator.Disorder{})
	d.send(burst(4, 31, 3))
	ids := d.pubacks(6)
	if early := slices.Sorted(slices.Values(ids[:3])); !slices.Equal(early, []int{21, 22, 23}) || !slices.Equal(ids[3:], []int{31, 32, 33}) {
		t.Errorf("got %v, want what was held before what came later, and that in order (B-699)", ids)
	}
	inOrder(41)
}

// TestRefusalsOutOfOrder: a refused publish of MQTT 5 waits like the others.
func TestRefusalsOutOfOrder(t *testing.T) {
	e := disordered(t, emulator.Disorder{Pubacks: true})
	d := online(t, e, 5, connect{id: "d", password: "Connect=client/* Publish=topic/a"})
	var sent string
	for i := range 8 {
		sent += publishing(5, qos1, []string{"a", "b"}[i%2], i+1, "", "x")
	}
	d.send(sent)
	codes := map[int]byte{}
	var ids []int
	for range 8 {
		body := bodyOf(d.receive())
		id, code := int(body[1]), byte(0)
		if len(body) > 2 {
			code = body[2]
		}
		ids, codes[id] = append(ids, id), code
	}
	if slices.IsSorted(ids) {
		t.Errorf("got %v, want disorder (B-699)", ids)
	}
	for id, code := range codes {
		if want := byte(0x87 * (1 - id%2)); code != want {
			t.Errorf("PUBACK %d has 0x%02X, want 0x%02X (B-409, B-699)", id, code, want)
		}
	}
}

// TestHeldPubacksEndWithTheirEmulator: Close sends them, and leaves nothing running.
func TestHeldPubacksEndWithTheirEmulator(t *testing.T) {
	e, err := emulator.New(emulator.Options{Config: &emulator.Config{Disorder: emulator.Disorder{Pubacks: true}}, Authorizer: authorize})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	d := online(t, e, 4, connect{id: "d", password: "all"})
	d.send(burst(4, 1, 3))
	d.lives("B-699: they wait")
	if err := e.Close(); err != nil { // TestMain looks for what is left running
		t.Error(err)
	}
	if ids := slices.Sorted(slices.Values(d.pubacks(3))); !slices.Equal(ids, upTo(3)) {
		t.Errorf("got %v, want all that was held (B-699)", ids)
	}
}
