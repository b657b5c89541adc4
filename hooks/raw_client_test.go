package hooks_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
)

// patience bounds every wait of the tests.
const patience = 5 * time.Second

// A device writes and reads bytes. What fails ends the test.
type device struct {
	testing.TB
	conn    net.Conn
	r       *bufio.Reader
	version byte
	ahead   time.Duration // of the account's clock, which events are by
}

// online is a device over TCP that has its CONNACK.
func online(t testing.TB, e *emulator.Emulator, version byte, c connect) *device {
	t.Helper()
	d := open(t, e, way{}, version)
	d.send(c.packet(version))
	d.connack()
	return d
}

// connack reads a CONNACK with code 0 and returns its session present flag and
// properties.
func (d *device) connack() (present bool, properties string) {
	d.Helper()
	p := d.receive()
	body := bodyOf(p)
	if p[0] != 0x20 || len(body) < 2 || body[1] != 0 {
		d.Fatalf("got % x, want CONNACK 0", p)
	}
	return body[0] == 1, body[2:]
}

func (d *device) send(packets ...string) {
	d.Helper()
	_ = d.conn.SetDeadline(time.Now().Add(patience))
	for _, p := range packets {
		if _, err := io.WriteString(d.conn, p); err != nil {
			d.Fatalf("send: %v", err)
		}
	}
}

// receive reads one packet, whole.
func (d *device) receive() string {
	d.Helper()
	p, err := d.read()
	if err != nil {
		d.Fatalf("receive: got % x and %v, want a packet", p, err)
	}
	return p
}

func (d *device) read() (string, error) {
	_ = d.conn.SetDeadline(time.Now().Add(patience))
	first, err := d.r.ReadByte()
	if err != nil {
		return "", err
	}
	n, err := binary.ReadUvarint(d.r) // MQTT's form of a length too
	if err != nil {
		return string(first), err
	}
	body := make([]byte, n)
	m, err := io.ReadFull(d.r, body)
	p := packet(first, string(body[:m]))
	if d.version == 5 && err == nil && foreign(p) != "" {
		d.Errorf("%s has the reason code %x, which AWS does not list (B-730)", show(p), foreign(p))
	}
	return p, err
}

// expect wants exactly this packet next; see masked for uuids.
func (d *device) expect(want string, source string) {
	d.Helper()
	if got, _ := masked(d.receive()); got != want {
		d.Fatalf("got  %s\nwant %s (%s)", show(got), show(want), source)
	}
}

// lives shows that the connection goes on and that nothing has come before the
// PINGRESP.
func (d *device) lives(source string) {
	d.Helper()
	d.send("\xc0\x00")
	d.expect("\xd0\x00", source)
}

// ended reads until the connection ends: what still came, and whether the last
// of it was an empty Close frame. The emulator has then finished with it.
func (d *device) ended() (rest string, closeFrame bool) {
	d.Helper()
	_ = d.conn.SetDeadline(time.Now().Add(patience))
	var b []byte
	var err error
	for err == nil {
		var p string
		p, err = d.read()
		b = append(b, p...)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		d.Fatalf("the connection goes on, after %s", show(string(b)))
	}
	var closed *websocket.CloseError
	if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
		if closed.Code != websocket.CloseNoStatusReceived {
			d.Errorf("got a Close frame with %v, want an empty one or none", closed)
		}
		return string(b), true
	}
	return string(b), false
}

// expectEnd wants these bytes and then the end.
func (d *device) expectEnd(want, source string) {
	d.Helper()
	got, _ := d.ended()
	if got, _ := masked(got); got != want {
		d.Fatalf("got  %s and the end\nwant %s (%s)", show(got), show(want), source)
	}
}

// disconnect is the client's own end; it returns when the emulator is done.
func (d *device) disconnect() {
	d.Helper()
	d.send("\xe0\x00")
	d.expectEnd("", "B-440")
}

// uuid stands for any uuid in what is expected.
const uuid = "<one-uuid-of-36-characters-any-uuid>"

var anyUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// masked replaces uuids, and returns the last of them.
func masked(p string) (text, id string) {
	for _, found := range anyUUID.FindAllString(p, -1) {
		id = found
	}
	return anyUUID.ReplaceAllString(p, uuid), id
}

func show(p string) string {
	if p == "" {
		return "nothing"
	}
	return fmt.Sprintf("%q", p)
}

func bodyOf(p string) string {
	_, n := binary.Uvarint([]byte(p[1:]))
	return p[1+n:]
}

// packet puts the fixed header before a body.
func packet(first byte, body string) string {
	return string([]byte{first}) + variable(len(body)) + body
}

func variable(n int) string { return string(binary.AppendUvarint(nil, uint64(n))) }

func text(s string) string { return number(len(s)) + s }

func number(n int) string { return string([]byte{byte(n >> 8), byte(n)}) }

// properties of a packet: nothing in MQTT 3.1.1.
func properties(version byte, p string) string {
	if version != 5 {
		return ""
	}
	return variable(len(p)) + p
}

// A connect is a CONNECT packet.
type connect struct {
	id         string
	password   string // none if empty
	persistent bool   // Clean Session or Clean Start 0
	keepAlive  int
	properties string // MQTT 5
	will       *will
}

type will struct {
	topic, payload string
	qos            byte
	retain         bool
	properties     string // MQTT 5
}

func (c connect) packet(version byte) string {
	var flags byte
	payload := text(c.id)
	if !c.persistent {
		flags |= 0x02
	}
	if w := c.will; w != nil {
		flags |= 0x04 | w.qos<<3
		if w.retain {
			flags |= 0x20
		}
		payload += properties(version, w.properties) + text(w.topic) + text(w.payload)
	}
	if c.password != "" {
		flags |= 0xc0
		payload += text("user") + text(c.password)
	}
	return packet(0x10, text("MQTT")+string([]byte{version, flags})+number(c.keepAlive)+properties(version, c.properties)+payload)
}

// subscribe asks for filters, all with the same options: the QoS, in MQTT 5 with
// 4 No Local, 8 Retain As Published, 16 and 32 Retain Handling.
func (d *device) subscribe(id int, options byte, filters ...string) string {
	body := number(id) + properties(d.version, "")
	for _, f := range filters {
		body += text(f) + string([]byte{options})
	}
	return packet(0x82, body)
}

func (d *device) unsubscribe(id int, filters ...string) string {
	body := number(id) + properties(d.version, "")
	for _, f := range filters {
		body += text(f)
	}
	return packet(0xa2, body)
}

// The flags of a PUBLISH.
const (
	qos0   = 0x30
	qos1   = 0x32
	qos2   = 0x34
	retain = 0x01
)

// publish is a PUBLISH with identifier 7 if its QoS wants one.
func (d *device) publish(first byte, topic, payload string) string {
	return publishing(d.version, first, topic, 7, "", payload)
}

func publishing(version, first byte, topic string, id int, props, payload string) string {
	body := text(topic)
	if first&0x06 != 0 {
		body += number(id)
	}
	return packet(first, body+properties(version, props)+payload)
}

// subscribed subscribes and wants success for each filter.
func (d *device) subscribed(options byte, filters ...string) {
	d.Helper()
	d.send(d.subscribe(2, options, filters...))
	want := number(2) + properties(d.version, "")
	for range filters {
		want += string([]byte{options & 3})
	}
	d.expect(packet(0x90, want), "SUBACK")
}

// published publishes with QoS 1 and wants a PUBACK without a reason.
func (d *device) published(topic, payload string) {
	d.Helper()
	d.send(d.publish(qos1, topic, payload))
	d.expect("\x40\x02\x00\x07", "PUBACK")
}

// message reads a PUBLISH, acknowledges it, and returns its first byte, topic and
// payload, and in MQTT 5 its properties.
func (d *device) message() (first byte, topic, props, payload string) {
	d.Helper()
	p := d.receive()
	if p[0]>>4 != 3 {
		d.Fatalf("got %s, want a PUBLISH", show(p))
	}
	body := bodyOf(p)
	n := int(body[0])<<8 | int(body[1])
	topic, body = body[2:2+n], body[2+n:]
	if p[0]&0x06 != 0 {
		d.send("\x40\x02" + body[:2])
		body = body[2:]
	}
	if d.version == 5 {
		n, size := binary.Uvarint([]byte(body))
		props, body = body[size:size+int(n)], body[size+int(n):]
	}
	return p[0], topic, props, body
}

// receives wants a message with this topic and payload.
func (d *device) receives(topic, payload, source string) {
	d.Helper()
	_, gotTopic, _, gotPayload := d.message()
	if gotTopic != topic || gotPayload != payload {
		d.Fatalf("received %q on %s, want %q on %s (%s)", gotPayload, gotTopic, payload, topic, source)
	}
}

// connackWith and disconnectWith are refusals of MQTT 5 with their reason string
// [B-404]. TestOutcomes has such packets byte by byte.
func connackWith(code byte, reason string) string {
	return packet(0x20, string([]byte{0, code})+reasonString("CONNACK:"+reason))
}

func disconnectWith(code byte, reason string) string {
	return packet(0xe0, string([]byte{code})+reasonString("DISCONNECT:"+reason))
}

func reasonString(reason string) string { return properties(5, "\x1f"+text(reason+":"+uuid)) }
