package hooks_test

import (
	"net"
	"slices"
	"testing"
	"time"

	"github.com/suback/suback/emulator/trace"
)

// Whatever bytes a client sends, before or after its CONNECT, its connection
// comes to an end, everybody else goes on, and nothing it sent is called ours
// [B-740, M-1].
func FuzzConnection(f *testing.F) {
	d := &device{version: 5}
	for _, seed := range []string{
		"", withoutOptions, "\x00", "\x10\x00", "\xe0\x01\x04", "\x30\x02\x00\x00", "\x62\x02\x00\x01", "\xff\xff\xff\xff\xff",
		connect{id: "f", password: "all"}.packet(5), d.subscribe(1, 1, "a", "$share/g/a", "a+"), d.unsubscribe(1, "a"),
		d.publish(qos1|retain, "a", "x"), publishing(5, qos0, "", 0, "\x23\x00\x01", "x"), packet(0x82, "\x00\x01\x02\x0b\x01"+text("a")+"\x00"),
	} {
		for version := range byte(3) {
			f.Add(3+version, []byte(seed))
		}
	}
	e := start(f)
	f.Fuzz(func(t *testing.T, version byte, b []byte) {
		other := online(t, e, 4, connect{id: "other", password: "all"})
		d := open(t, e, way{}, version)
		if version == 4 || version == 5 {
			d.send(connect{id: "d", password: "all"}.packet(version))
			d.connack()
		}
		_ = d.conn.SetDeadline(time.Now().Add(patience))
		_, _ = d.conn.Write(b) // it may end in the middle
		_ = d.conn.(*net.TCPConn).CloseWrite()
		d.ended()
		other.lives("M-1")
		if slices.ContainsFunc(records(e, "other"), func(ev trace.Event) bool { return ev.Reason != "DUPLICATE_CLIENTID" }) {
			t.Errorf("the other client has records: %+v", records(e, "other"))
		}
		e.Reset()
	})
}
