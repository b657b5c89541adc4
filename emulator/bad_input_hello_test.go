package emulator_test

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// A badHello is how a client begins that speaks no TLS, or bad TLS.
type badHello struct {
	name, sent string
	reason     string // of the record; empty: it only hung up, and nobody is told
}

const (
	handshakeFailed = "TLS_HANDSHAKE_FAILED"
	plainText       = "PLAIN_TEXT_ON_TLS_PORT"
	hungUp          = "TLS_CLIENT_HUNG_UP"
)

// clientHello is the first record of Go's TLS client.
func clientHello(t *testing.T, c *tls.Config) string {
	t.Helper()
	near, far := net.Pipe()
	defer far.Close()
	go func() {
		_ = tls.Client(near, c).Handshake()
		_ = near.Close()
	}()
	head := make([]byte, 5)
	if _, err := io.ReadFull(far, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, binary.BigEndian.Uint16(head[3:]))
	if _, err := io.ReadFull(far, body); err != nil {
		t.Fatal(err)
	}
	return string(head) + string(body)
}

// record is a TLS record.
func record(kind byte, body string) string { return string([]byte{kind, 3, 1}) + text(body) }

// hello is a ClientHello in a record, with the length that it has.
func hello(body string) string {
	return record(22, "\x01\x00"+text(body))
}

func badHellos(t *testing.T) []badHello {
	good := clientHello(t, &tls.Config{ServerName: "localhost", NextProtos: []string{"mqtt"}})
	body := good[9:] // of the ClientHello
	at := func(i int, b string) string { return good[:i] + b + good[i+len(b):] }
	const random = 32
	sessionAt := 9 + 2 + random // the length of the session id
	ciphersAt := sessionAt + 1 + int(good[sessionAt])
	compressionAt := ciphersAt + 2 + int(good[ciphersAt])<<8 + int(good[ciphersAt+1])
	extensionsAt := compressionAt + 1 + int(good[compressionAt])
	all := []badHello{
		{"zeros", strings.Repeat("\x00", 64), plainText},
		{"ones", strings.Repeat("\xff", 64), plainText},
		{"SSH", "SSH-2.0-OpenSSH_9.6\r\n", plainText},
		{"SMTP", "EHLO localhost\r\n", plainText},
		{"HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", plainText},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", plainText},
		{"MQTT 3.1.1", connectPacket(4, "d", "", "me", "x", ""), plainText},
		{"MQTT 5", connectPacket(5, "d", "", "me", "x", ""), plainText},
		{"MQTT, PINGREQ", "\xc0\x00\xc0\x00\xc0\x00", plainText},
		{"AMQP", "AMQP\x00\x00\x09\x01", plainText},
		{"Redis", "*1\r\n$4\r\nPING\r\n", plainText},
		{"proxy protocol", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", plainText},
		{"proxy protocol 2", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c", plainText},
		{"JSON", `{"hello": "world"}`, plainText},
		{"blank lines", "\r\n\r\n\r\n\r\n", plainText},
		{"SSL 2", "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + strings.Repeat("x", 37), handshakeFailed},
		{"RDP", "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00", plainText},
		{"PostgreSQL", "\x00\x00\x00\x08\x04\xd2\x16\x2f", plainText},
		{"version 0 in the record", "\x16\x00\x00" + good[3:], hungUp},
		{"version 9 in the record", "\x16\x09\x00" + good[3:], hungUp},
		{"record too large", "\x16\x03\x01\xff\xff" + strings.Repeat("x", 100), handshakeFailed},
		{"nothing", "", ""},
		{"one byte", "\x16", ""},
		{"half a record head", good[:3], ""},
		{"a record head", good[:5], ""},
		{"half a hello", good[:len(good)/2], ""},
		{"all but a byte", good[:len(good)-1], ""},
		{"the hello and no more", good, hungUp},
		{"empty record", record(22, "") + record(22, ""), ""},
		{"many empty records", strings.Repeat(record(22, ""), 100), handshakeFailed},
		{"an alert", record(21, "\x02\x28"), handshakeFailed},
		{"a warning", record(21, "\x01\x00"), ""},
		{"alert of one byte", record(21, "\x02"), handshakeFailed},
		{"application data", record(23, "x"), plainText},
		{"change cipher spec", record(20, "\x01"), plainText},
		{"heartbeat", record(24, "\x01\x40\x00"), plainText},
		{"type 99", record(99, "x"), plainText},
		{"ServerHello", record(22, "\x02"+good[6:]), handshakeFailed},
		{"message of 16 MB", record(22, "\x01\xff\xff\xff"+body), handshakeFailed},
		{"Finished", record(22, "\x14\x00\x00\x0c"+strings.Repeat("x", 12)), handshakeFailed},
		{"message type 255", record(22, "\xff\x00\x00\x00"), handshakeFailed},
		{"empty hello", hello(""), handshakeFailed},
		{"hello of one byte", hello("\x03"), handshakeFailed},
		{"hello of zeros", hello(strings.Repeat("\x00", 100)), handshakeFailed},
		{"TLS 1.0", hello("\x03\x01" + body[2:random+2] + "\x00\x00\x02\x00\x2f\x01\x00"), handshakeFailed},
		{"TLS 1.1", hello("\x03\x02" + body[2:random+2] + "\x00\x00\x02\x00\x2f\x01\x00"), handshakeFailed},
		{"SSL 3", hello("\x03\x00" + body[2:random+2] + "\x00\x00\x02\x00\x2f\x01\x00"), handshakeFailed},
		{"session id too long", at(sessionAt, "\xff"), handshakeFailed},
		{"odd ciphers", at(ciphersAt, "\x00\x01"), handshakeFailed},
		{"ciphers too long", at(ciphersAt, "\xff\xfe"), handshakeFailed},
		{"no ciphers", hello(body[:ciphersAt-9] + "\x00\x00" + good[compressionAt:]), handshakeFailed},
		{"ciphers that nobody has", hello(body[:ciphersAt-9] + "\x00\x02\xfe\xfe" + good[compressionAt:]), handshakeFailed},
		{"compression only", at(compressionAt+1, "\x01"), handshakeFailed},
		{"no compression", hello(good[9:compressionAt] + "\x00" + good[extensionsAt:]), handshakeFailed},
		{"extensions too long", at(extensionsAt, "\xff\xff"), handshakeFailed},
		{"extensions cut off", hello(good[9 : len(good)-3]), handshakeFailed},
		{"something behind", hello(body + "x"), handshakeFailed},
	}
	for name, extension := range map[string]string{
		"server name of no length": "\x00\x00\x00\x00", "server name cut off": "\x00\x00\x00\x05\x00\x03\x00\x00\x09",
		"empty ALPN": "\x00\x10\x00\x02\x00\x00", "ALPN with an empty name": "\x00\x10\x00\x03\x00\x01\x00",
		"versions cut off": "\x00\x2b\x00\x02\x03\x03", "groups cut off": "\x00\x0a\x00\x02\x00\x04",
		"extension longer than all": "\x12\x34\xff\xff",
	} {
		all = append(all, badHello{name, hello(good[9:extensionsAt] + text(extension)), handshakeFailed})
	}
	return all
}

// Beginnings that become no TLS connection, on both listeners that want TLS
//
func TestBadHellos(t *testing.T) {
	t.Parallel()
	all := badHellos(t)
	e := emulator.Run(t, emulator.Options{Authorizer: answers(nil)})
	b := withBystander(t, e)
	for _, listener := range []string{emulator.MQTTS, emulator.HTTPS} {
		for _, tt := range all {
			t.Run(tt.name+" "+listener, func(t *testing.T) {
				e.Trace().Reset()
				got := answerTo(t, e, listener, tt.sent)
				if strings.Contains(got, "\x16\x03") && tt.reason != hungUp {
					t.Errorf("got %.40q, want an alert at most", got)
				}
				if tt.reason != "" {
					if ev := causeOf(t, e, tt.name); ev.Reason != tt.reason {
						t.Errorf("record: got %s %q, want %s", ev.Reason, ev.Detail, tt.reason)
					}
				}
				b.undisturbed(t, e)
			})
		}
	}
	b.alone(t, e)
}

// What comes first on the listeners without TLS and is not what they speak.
func TestBadFirstBytes(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: answers(nil)})
	b := withBystander(t, e)
	for first := range 256 {
		for _, listener := range []string{emulator.MQTT, emulator.HTTP} {
			if byte(first)>>4 == 1 && listener == emulator.MQTT {
				continue // a CONNECT
			}
			t.Run(fmt.Sprintf("%s %02x", listener, first), func(t *testing.T) {
				e.Trace().Reset()
				got := answerTo(t, e, listener, string([]byte{byte(first), 2, 0, 0})+"\r\n\r\n")
				if got != "" && !(listener == emulator.HTTP && strings.HasPrefix(got, "HTTP/1.1 400 ")) {
					t.Errorf("got %q, want nothing", got)
				}
				causeOf(t, e, "B-609")
				b.undisturbed(t, e)
			})
		}
	}
	b.alone(t, e)
}

// answerTo sends bytes, ends its own direction, and returns all that comes.
func answerTo(t *testing.T, e *emulator.Emulator, listener, sent string) string {
	t.Helper()
	conn, err := net.Dial("tcp", e.Addr(listener))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, sent)
	_ = conn.(*net.TCPConn).CloseWrite()
	return until(t, conn)
}
