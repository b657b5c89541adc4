package transport

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
)

// WebSocket
//
//   - GET /mqtt or /, with any query; another path is 403 in the form
//     of the gateway's errors [A-38, guess]
//   - subprotocol mqtt or mqttv3.1, the client's first of them comes back; none
//     of them is 426 (spec/README.md; its body and headers are a guess)
//   - 101 has lower-case header names, in one write of less than 1024 bytes;
//     no extension is accepted, Origin is not looked at, nor is the
//     length of the key
//   - MQTT is a stream over the client's binary frames, and ours are a packet
//     each, see on_wire.go; a text frame ends the connection with 1003, broken framing
//     with 1002 [guess]
//   - a Close frame of the client is answered, and is the cause [A-48, B-442]
//
// Gorilla reads the frames. Its Upgrader would refuse long keys and write its
// own header, so the handshake is ours; see newFrames.

// upgrade answers a WebSocket upgrade, and starts the connection if it is one
// for the engine.
func (l *Listener) upgrade(w http.ResponseWriter, r *http.Request, conn *httpConn, facts *Facts) {
	subprotocol, refusal := l.judge(w, r, facts)
	if refusal == nil && conn.place.isSpare() {
		refusal = l.refuseSpare(facts)
	}
	if refusal == nil {
		refusal = l.o.Upgrade(facts)
	}
	if refusal != nil {
		refusal.ServeHTTP(w, r)
		return
	}
	l.work.Add(1) // before the HTTP server counts it out
	_, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		l.work.Done()
		return
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	conn.place.begun() // now for the CONNECT
	c := newConn(conn.place, conn.Conn, facts, append(bytes.Clone(early), conn.ahead...))
	_ = conn.Conn.SetReadDeadline(conn.firstPacketBy())
	_, _ = conn.Write(switching(r.Header.Get("Sec-Websocket-Key"), subprotocol)) // Read finds out
	c.frames = newFrames(c)
	go func() {
		defer l.work.Done()
		defer l.survive(conn.place)
		l.run(c)
	}()
}

// refuseSpare refuses an upgrade that there is no room for.
func (l *Listener) refuseSpare(f *Facts) *Answer {
	l.room.mu.Lock()
	why := l.room.noRoom(false)
	l.room.mu.Unlock()
	l.room.Hit(boundOf(why))
	return l.refuse(f, why, &Answer{http.StatusServiceUnavailable, "ServiceUnavailableException",
		"Service unavailable"})
}

// firstPacketBy counts from the connection's begin; on a connection that served
// requests before, from now [M-15].
func (c *httpConn) firstPacketBy() time.Time {
	from := c.facts.ConnectedAt
	if c.served {
		from = time.Now()
	}
	return from.Add(c.listener.o.ConnectTimeout)
}

// judge returns the subprotocol, or why there is no upgrade.
func (l *Listener) judge(w http.ResponseWriter, r *http.Request, f *Facts) (string, *Answer) {
	if p, _ := url.PathUnescape(l.o.Path(r.URL.EscapedPath())); p != "/mqtt" && p != "/" {
		return "", l.refuse(f, refusedPath(f.HTTP.Path),
			&Answer{http.StatusForbidden, "ForbiddenException", "Forbidden"})
	}
	switch {
	case r.Header.Get("Sec-Websocket-Version") != "13":
		w.Header()["sec-websocket-version"] = []string{"13"}
		return "", l.refuse(f, refusedUpgrade("WebSocket version "+r.Header.Get("Sec-Websocket-Version"),
			"version 13 is needed"),
			upgradeRequired(w, "Unsupported WebSocket version"))
	case r.Header.Get("Sec-Websocket-Key") == "":
		return "", l.refuse(f, refusedUpgrade("no Sec-WebSocket-Key",
			"send a Sec-WebSocket-Key, as every WebSocket library does; a proxy may have taken it"),
			&Answer{http.StatusBadRequest, "InvalidRequestException", "Missing Sec-WebSocket-Key"})
	}
	for _, name := range offeredSubprotocols(r) {
		if name == "mqtt" || name == "mqttv3.1" {
			return name, nil
		}
	}
	return "", l.refuse(f, Problem{
		Cause: cause.Cause{Reason: ProblemSubprotocol,
			Detail: "WebSocket subprotocols offered: " + list(offeredSubprotocols(r)),
			Hint:   "offer subprotocol mqtt, as in new WebSocket(url, \"mqtt\")",
			Rules:  []string{"A-40", "A-41"}},
	}, upgradeRequired(w, "Missing subprotocol mqtt"))
}

// refuse reports a problem that an answer refuses.
func (l *Listener) refuse(f *Facts, p Problem, a *Answer) *Answer {
	p.Saw = fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	l.report(f, p)
	return a
}

func upgradeRequired(w http.ResponseWriter, message string) *Answer {
	w.Header()["upgrade"] = []string{"websocket"} // RFC 9110, 15.5.22
	return &Answer{http.StatusUpgradeRequired, "UpgradeRequiredException", message}
}

func offeredSubprotocols(r *http.Request) []string {
	var names []string
	for _, line := range r.Header["Sec-Websocket-Protocol"] {
		for name := range strings.SplitSeq(line, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// switching is the whole 101 answer.
func switching(key, subprotocol string) []byte {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return []byte("HTTP/1.1 101 Switching Protocols\r\n" +
		"upgrade: websocket\r\n" +
		"connection: upgrade\r\n" +
		"sec-websocket-accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n" +
		"sec-websocket-protocol: " + subprotocol + "\r\n\r\n")
}
