package emulator_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// Bad input, in the files badinput_*_test.go: whatever comes in, the client sees
// the right refusal, the trace says why, the emulator goes on, and a bystander
// notices nothing.

// A bystander is a device that lives through everything on the listener mqtt,
// with MQTT 3.1.1 in bytes.
type bystander struct {
	conn net.Conn
	r    *bufio.Reader
	n    int
}

const bystanderID = "bystander"

// withBystander returns a bystander, which its authorizer lets in as "bystander".
func withBystander(t *testing.T, e *emulator.Emulator) *bystander {
	t.Helper()
	conn, err := net.Dial("tcp", e.Addr(emulator.MQTT))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	b := &bystander{conn: conn, r: bufio.NewReader(conn)}
	b.exchange(t, connectPacket(4, bystanderID, "", bystanderID, "", ""), "\x20\x02\x00\x00")
	b.exchange(t, packet(0x82, "\x00\x01"+text("bystander/here")+"\x00"), "\x90\x03\x00\x01\x00")
	e.Trace().Reset()
	return b
}

func (b *bystander) exchange(t *testing.T, send, want string) {
	t.Helper()
	_ = b.conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(b.conn, send); err != nil {
		t.Fatalf("the bystander is gone: %v", err)
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(b.r, got); err != nil || string(got) != want {
		t.Fatalf("the bystander got %q and %v, want %q", got, err, want)
	}
}

// undisturbed shows that the bystander is answered and gets its messages.
func (b *bystander) undisturbed(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	b.n++
	message := packet(0x30, text("bystander/here")+fmt.Sprintf("message %d", b.n))
	b.exchange(t, message, message)
	b.exchange(t, "\xc0\x00", "\xd0\x00")
	if all := e.Trace().Events(trace.Filter{Client: bystanderID}); len(all) > 0 {
		t.Errorf("records of the bystander: %+v, want none", all)
	}
}

// alone fails unless the bystander is the only client left.
func (b *bystander) alone(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	eventually(t, "no client but the bystander", func() bool { return len(e.Clients()) == 1 })
}

// causeOf waits for a record of a case that began with a reset of the trace, and
// wants it to name a cause.
func causeOf(t *testing.T, e *emulator.Emulator, source string) trace.Event {
	t.Helper()
	found := recorded(t, e, func(ev trace.Event) bool { return ev.Outcome != trace.Allowed })
	if found.Reason == "" || found.Detail == "" && found.Decision == nil {
		t.Errorf("a record without a cause (%s):\n%s", source, found.Text())
	}
	return found
}

// until reads what comes until the connection ends.
func until(t *testing.T, conn net.Conn) string {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	b, err := io.ReadAll(conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatalf("the connection goes on after %q, want its end", b)
	}
	return string(b)
}

// packet puts MQTT's fixed header before a body.
func packet(first byte, body string) string {
	return string(binary.AppendUvarint([]byte{first}, uint64(len(body)))) + body
}

func text(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }

// connectPacket is a CONNECT with a clean session. What is empty is left out; in
// MQTT 5, props are its properties.
func connectPacket(version byte, id, props, username, password, will string) string {
	var flags byte = 0x02
	payload := text(id)
	if will != "" {
		flags |= 0x04
		if version == 5 {
			payload += "\x00"
		}
		payload += text(will) + text("gone")
	}
	if username != "" {
		flags |= 0x80
		payload += text(username)
	}
	if password != "" {
		flags |= 0x40
		payload += text(password)
	}
	head := text("MQTT") + string([]byte{version, flags, 0, 60})
	if version == 5 {
		head += string(binary.AppendUvarint(nil, uint64(len(props)))) + props
	}
	return packet(0x10, head+payload)
}

// refusedConnect is how the gateway refuses a CONNECT: MQTT 5 with this code and
// text, MQTT 3.1.1 without a word.
func checkRefusedConnect(t *testing.T, got string, version, code byte, source string) {
	t.Helper()
	switch {
	case version == 4 && got != "":
		t.Errorf("got %q, want the end without a CONNACK (%s)", got, source)
	case version == 5 && (len(got) < 5 || !strings.HasPrefix(got, "\x20") || got[3] != code || got[2] != 0 || got[1] != byte(len(got)-2)):
		t.Errorf("got %q, want CONNACK 0x%02X and the end (%s)", got, code, source)
	}
}

// hasRules says whether a record names one of these rules.
func hasRules(ev trace.Event, rules ...string) bool {
	return slices.ContainsFunc(rules, func(rule string) bool { return slices.Contains(ev.Rules, rule) })
}
