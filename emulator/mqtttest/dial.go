package mqtttest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
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
		return &socket{Conn: conn}, nil
	}
	return nil, fmt.Errorf("scheme %q, want mqtt, mqtts, ws or wss", u.Scheme)
}

// A socket is a WebSocket as a stream of bytes. Each write is a binary message.
type socket struct {
	*websocket.Conn
	r io.Reader // of the message that is being read
}

func (s *socket) Read(p []byte) (int, error) {
	for {
		if s.r == nil {
			_, r, err := s.NextReader()
			if closed := new(websocket.CloseError); errors.As(err, &closed) {
				return 0, io.EOF
			}
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

func (s *socket) Write(p []byte) (int, error) {
	if err := s.WriteMessage(websocket.BinaryMessage, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (s *socket) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}
