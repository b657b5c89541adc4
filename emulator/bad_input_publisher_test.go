package emulator_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	packets5 "github.com/eclipse/paho.golang/packets"

	"github.com/suback/suback/emulator"
)

// A conforming client ends its connection at the first packet that MQTT does not
// allow. Paho reads the packets; that a Payload Format Indicator is 0 or 1 it
// leaves to others.
type conforming struct {
	net.Conn
	came bytes.Buffer
}

func (c *conforming) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.came.Write(p[:n])
	if bad := c.judge(); bad != nil {
		return 0, bad
	}
	return n, err
}

// judge looks at the packets that have come whole.
func (c *conforming) judge() error {
	for {
		rest := bytes.NewReader(c.came.Bytes())
		pk, err := packets5.ReadPacket(rest)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("a malformed packet came: %w", err)
		}
		c.came.Next(c.came.Len() - rest.Len())
		if p, ok := pk.Content.(*packets5.Publish); ok && p.Properties.PayloadFormat != nil && *p.Properties.PayloadFormat > 1 {
			return fmt.Errorf("payload format %d came", *p.Properties.PayloadFormat)
		}
	}
}

// conformingSubscribers are ten devices with MQTT 5 and a few with 3.1.1, over all
// ways, that want everything.
func conformingSubscribers(t *testing.T, e *emulator.Emulator) (all []device) {
	t.Helper()
	for i, scheme := range []string{"tcp", "tls", "ws", "wss", "tcp", "tls", "ws", "wss", "tcp", "tls"} {
		d := dial5(t, e, scheme, fmt.Sprint("subscriber-", i), "", "")
		plain := d.open
		d.open = func() (net.Conn, error) {
			conn, err := plain()
			return &conforming{Conn: conn}, err
		}
		all = append(all, d)
	}
	for scheme := range schemes {
		all = append(all, dial3(t, e, scheme, "subscriber-"+scheme, "", ""))
	}
	for _, d := range all {
		mustBe(t, "connect", d.connect(), "ok")
		mustBe(t, "subscribe", d.subscribe("#"), "ok")
	}
	return all
}

// badMessages are messages of MQTT 5 that nobody may get to see: properties that run
// into the payload, that come twice, of values that MQTT does not define.
func badMessages() (all []string) {
	behind := []string{ // of a topic name: the properties, and the payload
		"\x01\x01\x7fpayload",              // payload format 127, from the payload
		"\x02\x03\x00\x0bcontent type",     // a content type out of the payload
		"\x01\x02\x01\x02\x03\x04payload",  // an expiry out of the payload
		"\x03\x26\x00\x01k\x00\x07payload", // half a user property in the payload
		"\x03\x09\x00\x05hello",            // correlation data
		"\x03\x08\x00\x03a/b",              // a response topic
		"\x02\x01\x02payload",              // payload format 2
		"\x04\x01\x00\x01\x01payload",      // payload format twice
		"\x0a\x02\x00\x00\x00\x01\x02\x00\x00\x00\x01payload",
		"\x08\x09\x00\x01a\x09\x00\x01bpayload",
		"\x08\x03\x00\x01a\x03\x00\x01bpayload",
		"\x08\x08\x00\x01a\x08\x00\x01bpayload",
		"\x80\x00payload",             // no properties, in two bytes
		"\x04\x03\x00\x01\xffpayload", // content type of no UTF-8
	}
	for _, b := range behind {
		all = append(all, packet(0x30, text("bad")+b), packet(0x32, text("bad")+"\x00\x01"+b), packet(0x33, text("bad")+"\x00\x01"+b))
	}
	return all
}

// One publisher of packets that are not MQTT ends its own connections, and no
// subscriber's: these get what others publish, and nothing of it, now or as a will
// or a retained message later [B-741, M-19, H-12].
func TestBadPublisher(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: answers(nil)})
	subscribers := conformingSubscribers(t, e)
	good := dial(t, e, 5, "tcp", "good", "", "")
	mustBe(t, "connect", good.connect(), "ok")
	dials := wires(e)
	n := 0
	for way, dial := range dials {
		for _, bad := range badMessages() {
			n++
			t.Run(fmt.Sprintf("%s %q", way, bad), func(t *testing.T) {
				conn := dialed(t, dial)
				r := bufio.NewReader(conn)
				_, _ = io.WriteString(conn, connectPacket(5, "bad", "", "", "", ""))
				connack(t, r)
				_, _ = io.WriteString(conn, bad)
				if got := until(t, &buffered{conn, r}); !strings.HasPrefix(got, "\xe0") || got[2] != 0x81 && got[2] != 0x82 {
					t.Errorf("got %q, want DISCONNECT 0x81 or 0x82 (B-740)", got)
				}
			})
			want := fmt.Sprint("message ", n)
			mustBe(t, "publish", good.publish("good", byte(n%2), false, want), "ok")
			for i, d := range subscribers {
				if got := d.receive(t); got != "good "+want {
					t.Fatalf("subscriber %d after %q got %q, want %q (H-12)", i, bad, got, "good "+want)
				}
			}
		}
	}
	late := dial(t, e, 5, "tcp", "late", "", "")
	mustBe(t, "connect", late.connect(), "ok")
	mustBe(t, "subscribe", late.subscribe("bad"), "ok")
	mustBe(t, "publish", late.publish("bad", 1, false, "its own"), "ok")
	mustBe(t, "what is retained", late.receive(t), "bad its own")
	for i, d := range append(subscribers, good) {
		select {
		case how := <-endOf(d):
			t.Errorf("subscriber %d ended: %s (H-12)", i, how)
		default:
		}
	}
}

// endOf is where a device says how it ended.
func endOf(d device) <-chan string {
	switch d := d.(type) {
	case *device5:
		return d.ended
	case *device3:
		return d.ended
	}
	return nil
}
