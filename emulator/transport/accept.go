package transport

import (
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/suback/suback/emulator/cause"
)

// Serve accepts connections until Close, and calls establish for each that
// speaks MQTT.
func (l *Listener) Serve(establish listeners.EstablishFn) {
	l.establish = establish
	if !l.begin() {
		return
	}
	defer l.work.Done()
	if l.web != nil {
		l.work.Go(func() { _ = l.web.Serve(inbox{l}) })
	}
	for pause := time.Duration(0); ; {
		l.room.turns.pass()
		conn, crowded, err := l.accept()
		stepBehind()
		switch {
		case err == nil:
			pause = 0
			l.admit(conn.(*net.TCPConn), crowded)
		case l.closing() || errors.Is(err, net.ErrClosed):
			return
		default:
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			l.room.acceptFailed(l.o.Log, err)
			l.sleep(pause)
		}
	}
}

// begin counts the accept loop in, unless the listener is closed already.
func (l *Listener) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.work.Add(1)
	}
	return !l.closed
}

func (l *Listener) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.context.Done():
	}
}

// accept waits for a connection. If there is no descriptor for it, it takes one
// of the reserve, or of a connection that may go; crowded tells that the
// reserve is wanted back.
func (l *Listener) accept() (conn net.Conn, crowded bool, err error) {
	const tries = 4 // a joined listener may have failed before
	conn, err = l.tcp.Accept()
	if noDescriptors(err) && (l.room.reserve.lend() || l.room.freeOne()) {
		for i := 0; i < tries && noDescriptors(err); i++ {
			conn, err = l.tcp.Accept()
		}
	}
	whole := l.room.reserve.hold()
	return conn, err == nil && !whole, err
}

// admit gives a connection its place and its goroutine, or ends it.
func (l *Listener) admit(tcp *net.TCPConn, crowded bool) {
	p := &place{room: l.room, listener: l, tcp: tcp, facts: &Facts{
		Listener:    l.o.Name,
		Remote:      addrPort(tcp.RemoteAddr()),
		Local:       addrPort(tcp.LocalAddr()),
		ConnectedAt: time.Now(),
	}}
	entered := l.room.enter(p, crowded)
	if entered {
		l.work.Go(func() { l.serve(p) })
	} else {
		_ = tcp.Close()
	}
	l.room.reserve.hold() // of what has ended for it
}

// acceptFailed notes that a connection waits.
func (r *Room) acceptFailed(log *slog.Logger, err error) {
	r.mu.Lock()
	why := Problem{Cause: cause.Cause{Detail: "accept failed: " + err.Error(),
		Hint: "clients wait until it succeeds"}}
	if noDescriptors(err) {
		why = outOfDescriptors(len(r.places))
	}
	say := r.crowded.refused(why, len(r.places))
	r.mu.Unlock()
	say(log)
}

// freeOne ends a connection that may go for another, if there is one.
func (r *Room) freeOne() bool {
	r.mu.Lock()
	out := r.evict(&r.spare, nil)
	if out == nil {
		out = r.makeRoom(outOfDescriptors(len(r.places)))
	}
	r.mu.Unlock()
	out.perform()
	return out != nil
}
