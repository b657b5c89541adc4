package emulator_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// A badUpgrade is an HTTP request that becomes no WebSocket.
type badUpgrade struct {
	name    string
	request string
	status  string // of the answer, or its beginning; empty: none
	reason  string // of the record; empty: none is wanted
}

// upgradeWith is a good upgrade with a change: lines that replace those of the
// same name, and take them away if they have no value.
func upgradeWith(first string, lines ...string) string {
	header := []string{"Host: localhost", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: mqtt"}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		for i, old := range header {
			if n, _, _ := strings.Cut(old, ":"); n == name {
				header[i] = line
				line = ""
			}
		}
		if line != "" {
			header = append(header, line)
		}
		if value == "" {
			for i, old := range header {
				if old == name+":" {
					header = append(header[:i], header[i+1:]...)
					break
				}
			}
		}
	}
	return first + "\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n"
}

const (
	get = "GET /mqtt HTTP/1.1"

	upgradeRefused = "WEBSOCKET_UPGRADE_REFUSED"
	subprotocol    = "WEBSOCKET_SUBPROTOCOL"
	unreadable     = "HTTP_REQUEST_UNREADABLE"
	noPublish      = "CLIENT_ERROR"
)

func badUpgrades() []badUpgrade {
	with := func(lines ...string) string { return upgradeWith(get, lines...) }
	return []badUpgrade{
		{"another path", upgradeWith("GET /mqt HTTP/1.1"), "403", upgradeRefused},
		{"path below", upgradeWith("GET /mqtt/x HTTP/1.1"), "403", upgradeRefused},
		{"slash behind", upgradeWith("GET /mqtt/ HTTP/1.1"), "403", upgradeRefused},
		{"another case", upgradeWith("GET /MQTT HTTP/1.1"), "403", upgradeRefused},
		{"two slashes", upgradeWith("GET //mqtt HTTP/1.1"), "403", upgradeRefused},
		{"dots", upgradeWith("GET /x/../mqtt HTTP/1.1"), "403", upgradeRefused},
		{"topic", upgradeWith("GET /topics/a HTTP/1.1"), "403", upgradeRefused},
		{"zero in the path", upgradeWith("GET /mqtt%00 HTTP/1.1"), "403", upgradeRefused},
		{"no version", with("Sec-WebSocket-Version:"), "426", upgradeRefused},
		{"version 8", with("Sec-WebSocket-Version: 8"), "426", upgradeRefused},
		{"version 13.0", with("Sec-WebSocket-Version: 13.0"), "426", upgradeRefused},
		{"versions", with("Sec-WebSocket-Version: 13, 8"), "426", upgradeRefused},
		{"no key", with("Sec-WebSocket-Key:"), "400", upgradeRefused},
		{"blank key", with("Sec-WebSocket-Key:  "), "400", upgradeRefused},
		{"no subprotocol", with("Sec-WebSocket-Protocol:"), "426", subprotocol},
		{"another subprotocol", with("Sec-WebSocket-Protocol: stomp"), "426", subprotocol},
		{"subprotocol in capitals", with("Sec-WebSocket-Protocol: MQTT"), "426", subprotocol},
		{"mqttv5", with("Sec-WebSocket-Protocol: mqttv5"), "426", subprotocol},
		{"quoted subprotocol", with(`Sec-WebSocket-Protocol: "mqtt"`), "426", subprotocol},
		{"subprotocols by semicolon", with("Sec-WebSocket-Protocol: mqtt;x"), "426", subprotocol},
		{"commas", with("Sec-WebSocket-Protocol: ,,,"), "426", subprotocol},
		{"POST", upgradeWith("POST /mqtt HTTP/1.1"), "403", noPublish},
		{"PUT", upgradeWith("PUT /mqtt HTTP/1.1"), "403", noPublish},
		{"HEAD", upgradeWith("HEAD /mqtt HTTP/1.1"), "403", noPublish},
		{"OPTIONS", upgradeWith("OPTIONS /mqtt HTTP/1.1"), "403", noPublish},
		{"method of its own", upgradeWith("FLY /mqtt HTTP/1.1"), "403", noPublish},
		{"get in lower case", upgradeWith("get /mqtt HTTP/1.1"), "403", noPublish},
		{"no Upgrade", with("Upgrade:"), "403", noPublish},
		{"upgrade to h2c", with("Upgrade: h2c"), "403", noPublish},
		{"no Connection", with("Connection:"), "403", noPublish},
		{"Connection: close", with("Connection: close"), "403", noPublish},
		{"plain GET", "GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n", "403", noPublish},
		{"GET of a topic", "GET /topics/a HTTP/1.1\r\nHost: localhost\r\n\r\n", "405", noPublish},
		{"no Host", with("Host:"), "400", unreadable},
		{"Host with a blank", with("Host: a b"), "400", unreadable},
		{"Host with a zero", with("Host: a\x00"), "400", unreadable},
		{"HTTP/2.0", upgradeWith("GET /mqtt HTTP/2.0"), "505", unreadable},
		{"HTTP/0.9", "GET /mqtt\r\n\r\n", "400", unreadable},
		{"HTTP/x", upgradeWith("GET /mqtt HTTP/x"), "400", unreadable},
		{"three blanks", upgradeWith("GET  /mqtt  HTTP/1.1"), "400", unreadable},
		{"no path", upgradeWith("GET HTTP/1.1"), "400", unreadable},
		{"no slash", upgradeWith("GET mqtt HTTP/1.1"), "400", unreadable},
		{"broken escape", upgradeWith("GET /mq%zz HTTP/1.1"), "400", unreadable},
		{"control byte in the path", upgradeWith("GET /mq\x01tt HTTP/1.1"), "400", unreadable},
		{"blank before a colon", with("X : 1"), "400", unreadable},
		{"blank in a name", with("X Y: 1"), "400", unreadable},
		{"no colon", with("X"), "400", unreadable},
		{"no name", with(": 1"), "400", unreadable},
		{"zero in a name", with("X\x00: 1"), "400", unreadable},
		{"zero in a value", with("X: \x00"), "400", unreadable},
		{"no UTF-8 in a name", with("\xff: 1"), "400", unreadable},
		{"folded first line", get + "\r\n X: 1\r\nHost: localhost\r\n\r\n", "400", unreadable},
		{"negative length", with("Content-Length: -1"), "400", unreadable},
		{"two lengths", with("Content-Length: 1", "content-length: 2"), "400", unreadable},
		{"length as a word", with("Content-Length: x"), "400", unreadable},
		{"coding of its own", with("Transfer-Encoding: x"), "501", unreadable},
		{"Expect", with("Expect: luck"), "417", unreadable},
		{"over a megabyte", with("X: " + strings.Repeat("x", 1<<20+8<<10)), "431", "HTTP_HEAD_TOO_LONG"},
		{"no HTTP", "\x00\xff\x00\xff\r\n\r\n", "400", unreadable},
		{"another protocol", "EHLO localhost\r\n\r\n", "400", unreadable},
		{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "4", ""},
		{"half a request", "GET /mqtt HT", "", ""},
		{"half a header", get + "\r\nHost: localhost\r\nUpgra", "", ""},
		{"a blank line", "\r\n\r\n\r\n", "", ""},
	}
}

// HTTP requests that become no WebSocket, on both listeners that speak HTTP
//
func TestBadUpgrades(t *testing.T) {
	t.Parallel()
	all := badUpgrades()
	e := emulator.Run(t, emulator.Options{Authorizer: answers(nil)})
	b := withBystander(t, e)
	dials := map[string]func() (net.Conn, error){
		"http": func() (net.Conn, error) { return net.Dial("tcp", e.Addr(emulator.HTTP)) },
		"https": func() (net.Conn, error) {
			return tls.Dial("tcp", e.Addr(emulator.HTTPS), e.ClientTLS())
		},
	}
	for _, listener := range []string{"http", "https"} {
		for _, tt := range all {
			t.Run(tt.name+" "+listener, func(t *testing.T) {
				e.Trace().Reset()
				conn, err := dials[listener]()
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				checkNoUpgrade(t, conn, tt)
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

// checkNoUpgrade sends a request, ends its own direction, and reads all that
// comes.
func checkNoUpgrade(t *testing.T, conn net.Conn, tt badUpgrade) {
	t.Helper()
	go func() { // it may be told no before it is out
		_, _ = io.WriteString(conn, tt.request)
		_ = conn.(interface{ CloseWrite() error }).CloseWrite()
	}()
	got := until(t, conn)
	if tt.status == "" && got != "" && !strings.HasPrefix(got, "HTTP/1.1 400 ") || tt.status != "" &&
		!strings.HasPrefix(got, "HTTP/1.1 "+tt.status) {
		t.Errorf("got %.80q, want %q", got, tt.status)
	}
	if strings.Contains(got, " 101 ") || strings.Contains(strings.ToLower(got), "sec-websocket-accept") {
		t.Errorf("got %.200q, want no upgrade", got)
	}
}

// WebSockets whose frames are wrong, before and after their CONNECT.
func TestBadFrames(t *testing.T) {
	masked := func(first byte, payload string) string {
		return string([]byte{first, 0x80 | byte(len(payload)), 0, 0, 0, 0}) + payload
	}
	frames := []struct {
		name, sent string
		close      string // the status code in the Close frame that comes
	}{
		{"text", masked(0x81, "hello"), "\x03\xeb"},
		{"empty text", masked(0x81, ""), "\x03\xeb"},
		{"no mask", "\x82\x02\xc0\x00", "\x03\xea"},
		{"compressed", masked(0xc2, "\xc0\x00"), "\x03\xea"},
		{"reserved bit 2", masked(0xa2, "\xc0\x00"), "\x03\xea"},
		{"reserved bit 3", masked(0x92, "\xc0\x00"), "\x03\xea"},
		{"continues nothing", masked(0x80, "\xc0\x00"), "\x03\xea"},
		{"opcode 3", masked(0x83, ""), "\x03\xea"},
		{"opcode 11", masked(0x8b, ""), "\x03\xea"},
		{"ping of 126 bytes", "\x89\xfe\x00\x7e\x00\x00\x00\x00" + strings.Repeat("x", 126), "\x03\xea"},
		{"ping in parts", masked(0x09, "x"), "\x03\xea"},
		{"a message within another", masked(0x02, "\xc0") + masked(0x82, "\x00"), "\x03\xea"},
		{"negative length", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", ""},
		{"close with code 1005", masked(0x88, "\x03\xed"), "\x03\xea"},
		{"close with no UTF-8", masked(0x88, "\x03\xe8\xff"), "\x03\xea"},
	}
	e := emulator.Run(t, emulator.Options{Authorizer: answers(nil)})
	b := withBystander(t, e)
	for _, tt := range frames {
		for _, connected := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, connected %v", tt.name, connected), func(t *testing.T) {
				e.Trace().Reset()
				conn, err := net.Dial("tcp", e.Addr(emulator.HTTP))
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				request, connack := upgradeWith(get), ""
				if connected {
					request += masked(0x82, connectPacket(4, "d", "", "me", "", ""))
					connack = "\x82\x04\x20\x02\x00\x00"
				}
				_, _ = io.WriteString(conn, request+tt.sent)
				_, got, _ := strings.Cut(until(t, conn), "\r\n\r\n")
				rest, ok := strings.CutPrefix(got, connack)
				if !ok || len(rest) < 2 || rest[0] != 0x88 || !strings.HasPrefix(rest[2:], tt.close) {
					t.Errorf("got %q, want %q and a Close frame with %q", got, connack, tt.close)
				}
				if ev := causeOf(t, e, tt.name); ev.Reason != "WEBSOCKET_FRAME" && ev.Reason != "CLIENT_ERROR" {
					t.Errorf("record: got %s %q, want WEBSOCKET_FRAME", ev.Reason, ev.Detail)
				}
				b.undisturbed(t, e)
			})
		}
	}
	b.alone(t, e)
}
