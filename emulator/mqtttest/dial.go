package mqtttest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// dial opens what a URL names.
func dial(ctx context.Context, address string, config *tls.Config) (net.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case "mqtt", "tcp":
		return new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	case "mqtts", "tls", "ssl":
		return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", u.Host)
	case "ws", "wss":
		dialer := websocket.Dialer{TLSClientConfig: config, Subprotocols: []string{"mqtt"}}
		conn, response, err := dialer.DialContext(ctx, address, nil)
		if response != nil && err != nil {
			return nil, fmt.Errorf("%s: %w", response.Status, err)
		}
		if err != nil {
			return nil, err
		}
		return Stream(conn), nil
	}
	return nil, fmt.Errorf("scheme %q, want mqtt, mqtts, ws or wss", u.Scheme)
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
