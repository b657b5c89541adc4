package load

import (
	"context"
	"encoding/binary"
	"net"
	"sync"
)

// A topicTable is what a sink knows: who subscribed to which topic.
type topicTable struct {
	mu sync.RWMutex
	to map[string][]net.Conn
}

// sink is a broker without anything, for MQTT 3.1.1: exact topics, no checks, packets go on as
// they came, with the packet identifier that the publisher gave them. It serves
// until ctx ends.
func (r *run) sink(ctx context.Context) (Figures, error) {
	l, err := net.Listen("tcp", r.addr)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	topics := &topicTable{to: map[string][]net.Conn{}}
	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		conns.Go(func() {
			defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
			topics.serve(&client{ReadWriter: conn, run: r, conn: conn, buf: make([]byte, 64<<10)})
		})
	}
}

func (t *topicTable) serve(c *client) {
	defer func() { _ = c.conn.Close() }()
	var a answers
	for {
		a.acks, a.out, a.to = a.acks[:0], a.out[:0], nil
		for {
			b := c.buf[c.r:c.w]
			whole, body := next(b)
			if whole == 0 {
				break
			}
			c.r += whole
			if b[0]&0xf0 == typeDisconnect {
				return
			}
			t.packet(c.conn, b[:whole], body, &a)
		}
		for _, s := range a.to {
			_, _ = s.Write(a.out)
		}
		if len(a.acks) > 0 {
			_, _ = c.conn.Write(a.acks)
		}
		if c.fill() != nil {
			return
		}
	}
}

// answers are what one read leads to: to its sender, and to the subscribers of
// the topic of its PUBLISHes, which is one in all that the generator sends.
type answers struct {
	acks, out []byte
	to        []net.Conn
}

func (t *topicTable) packet(conn net.Conn, b []byte, body int, a *answers) {
	switch b[0] & 0xf0 {
	case typeConnect:
		a.acks = append(a.acks, typeConnack, 2, 0, 0)
	case typeSubscribe:
		n := int(binary.BigEndian.Uint16(b[body+2:]))
		topic := string(b[body+4 : body+4+n])
		t.mu.Lock()
		t.to[topic] = append(t.to[topic], conn)
		t.mu.Unlock()
		a.acks = append(a.acks, typeSuback, 3, b[body], b[body+1], b[body+4+n])
	case typePublish:
		n := int(binary.BigEndian.Uint16(b[body:]))
		t.mu.RLock()
		a.to = t.to[string(b[body+2:body+2+n])]
		t.mu.RUnlock()
		if b[0]&6 != 0 {
			a.acks = append(a.acks, typePuback, 2, b[body+2+n], b[body+3+n])
		}
		a.out = append(a.out, b...)
	}
}
