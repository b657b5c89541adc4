package mqtttest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// dial opens what a URL names.
func dial(ctx context.Context, address string, config *tls.Config) (net.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.Unwrap(err) // it has the URL itself
	}
	switch u.Scheme {
	case "mqtt", "tcp":
		return new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	case "mqtts", "tls", "ssl":
		return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", u.Host)
	case "ws", "wss":
		return upgrade(ctx, address, config, nil)
	}
	return nil, fmt.Errorf("scheme %q, want mqtt, mqtts, ws or wss", u.Scheme)
}

// DialHeaders is [Dial] for a WebSocket whose upgrade has these headers beside its own. Host
// goes before that of the URL; Sec-WebSocket-Protocol before mqtt, and none at all is asked
// for if it is empty.
func DialHeaders(ctx context.Context, url string, config *tls.Config, headers http.Header) (*Client, error) {
	conn, err := upgrade(ctx, url, config, headers)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(url), err)
	}
	return New(conn), nil
}

// A Refusal is how the upgrade of a WebSocket was answered, if not with 101.
type Refusal struct {
	Status int
	Header http.Header
	Body   []byte // at most its first 1024 bytes
}

// Error implements error.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%d %s %s", r.Status, http.StatusText(r.Status), r.Body)
}

func upgrade(ctx context.Context, address string, config *tls.Config, headers http.Header) (net.Conn, error) {
	dialer := websocket.Dialer{TLSClientConfig: config, Subprotocols: []string{"mqtt"}}
	const protocol = "Sec-Websocket-Protocol"
	if wanted, given := headers[protocol]; given {
		dialer.Subprotocols = nil
		if headers = headers.Clone(); slices.Equal(wanted, []string{""}) {
			headers.Del(protocol)
		}
	}
	conn, response, err := dialer.DialContext(ctx, address, headers)
	switch {
	case response != nil && err != nil:
		body, _ := io.ReadAll(response.Body) // which is in memory
		return nil, &Refusal{response.StatusCode, response.Header, body}
	case err != nil:
		return nil, err
	}
	return Stream(conn), nil
}

// A WebSocket is a stream of bytes: each Write is a binary message, and at the end Read
// returns a *websocket.CloseError, whose code is 1006 if there was no Close frame.
type WebSocket struct {
	*websocket.Conn
	writing sync.Mutex
	r       io.Reader // of the message that is being read
}

// Stream is an open WebSocket as a stream.
func Stream(conn *websocket.Conn) *WebSocket { return &WebSocket{Conn: conn} }

// Read implements [net.Conn].
func (s *WebSocket) Read(p []byte) (int, error) {
	for {
		if s.r == nil {
			_, r, err := s.NextReader()
			if err != nil {
				return 0, err
			}
			s.r = r
		}
		n, err := s.r.Read(p)
		if err == io.EOF {
			s.r, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// Write implements [net.Conn].
func (s *WebSocket) Write(p []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	return len(p), s.WriteMessage(websocket.BinaryMessage, p)
}

// SetDeadline implements [net.Conn].
func (s *WebSocket) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}
