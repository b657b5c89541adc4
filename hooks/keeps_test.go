package hooks_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// What is remembered of packets are their names: the packets themselves, payloads and passwords
// with them, go with those who sent them.
func TestRecordsKeepNoPackets(t *testing.T) {
	const packets, bytes = 300, 60_000
	large := strings.Repeat("x", bytes)
	tests := []struct {
		name   string
		config emulator.Config
		play   func(t *testing.T, e *emulator.Emulator)
	}{
		{"refused connections", emulator.Config{}, func(t *testing.T, e *emulator.Emulator) {
			for i := range packets {
				d := open(t, e, way{}, 5)
				d.send(connect{id: fmt.Sprint("stranger-", i), password: "wrong", will: &will{topic: "a", payload: large}}.packet(5))
				if p := d.receive(); p[0] != 0x20 {
					t.Fatalf("got % x, want CONNACK", p)
				}
				_ = d.conn.Close()
			}
		}},
		{"refused publishes", emulator.Config{}, func(t *testing.T, e *emulator.Emulator) {
			d := online(t, e, 5, connect{id: "d", password: "Connect=client/d"})
			for i := range packets {
				d.send(d.publish(qos1, fmt.Sprint("topic/", i), large))
				d.receive()
			}
		}},
		{"what policies are asked", emulator.Config{Enforce: "log"}, func(t *testing.T, e *emulator.Emulator) {
			d := online(t, e, 5, connect{id: "d", password: "Connect=client/d"})
			for i := range packets {
				d.send(d.publish(qos0, fmt.Sprint("topic/", i), large))
			}
			d.lives("")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := emulator.Run(t, emulator.Options{Authorizer: authorize, Config: &tt.config})
			heap := func() uint64 {
				var m runtime.MemStats
				runtime.GC()
				runtime.GC()
				runtime.ReadMemStats(&m)
				return m.HeapAlloc
			}
			before := heap()
			tt.play(t, e)
			if after := heap(); after > before+packets*bytes/4 {
				t.Errorf("got %d KiB more after %d packets of %d bytes, want few", (after-before)>>10, packets, bytes)
			}
			runtime.KeepAlive(e)
		})
	}
}
