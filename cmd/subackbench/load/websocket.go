package load

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// A socket is a WebSocket's client side. Its frames are masked with zeros, which
// the RFC allows and costs the broker what any mask costs.
type socket struct {
	conn net.Conn
	r    *bufio.Reader
	left int // of the frame that is read
	out  []byte
}

func upgrade(conn net.Conn, path string) (*socket, error) {
	_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n", path)
	if err != nil {
		return nil, err
	}
	s := &socket{conn: conn, r: bufio.NewReaderSize(conn, 16<<10)}
	status, err := s.r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	if !strings.Contains(status, " 101 ") {
		return nil, errors.New(strings.TrimSpace(status))
	}
	for {
		line, err := s.r.ReadString('\n')
		if err != nil || line == "\r\n" {
			return s, err
		}
	}
}

func (s *socket) Write(p []byte) (int, error) {
	b := append(s.out[:0], 0x82) // the one frame of a binary message
	switch n := len(p); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	b = append(append(b, 0, 0, 0, 0), p...)
	s.out = b
	if _, err := s.conn.Write(b); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (s *socket) Read(p []byte) (int, error) {
	for s.left == 0 {
		op, n, err := s.head()
		switch {
		case err != nil:
			return 0, err
		case op == 8:
			return 0, io.EOF
		case op > 8: // a ping is not answered: no run is that long
			if _, err := s.r.Discard(n); err != nil {
				return 0, err
			}
		default:
			s.left = n
		}
	}
	n, err := s.r.Read(p[:min(len(p), s.left)])
	s.left -= n
	return n, err
}

// head reads the head of a frame: its opcode, and how long what follows is.
func (s *socket) head() (op byte, n int, err error) {
	var h [8]byte
	if _, err := io.ReadFull(s.r, h[:2]); err != nil {
		return 0, 0, err
	}
	op, n = h[0]&0x0f, int(h[1]&0x7f)
	size := 0
	switch n {
	case 126:
		size = 2
	case 127:
		size = 8
	default:
		return op, n, nil
	}
	clear(h[:])
	_, err = io.ReadFull(s.r, h[8-size:])
	return op, int(binary.BigEndian.Uint64(h[:])), err
}
