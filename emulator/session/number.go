package session

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Numbers of connections
//
//   - each client id has one, which outlives its connections and this process
//     [B-826]; whoever counts them says for how long
//   - nobody waits for one to be written: after a crash the last may come again

// A Number is that of the latest connection of a client id.
type Number struct {
	Last uint64

	// Until is when it is forgotten; zero while the client is connected. Life is
	// how long it is kept after that, should the process end with the connection.
	Until time.Time
	Life  time.Duration
}

// Remember keeps the number of a client id in the file, if there is one.
func (a *Sessions) Remember(id string, n Number) { a.store.number(id, &n) }

// Forget takes the number of a client id out of the file.
func (a *Sessions) Forget(id string) { a.store.number(id, nil) }

// Numbers returns what the file had when it was opened, but for what was to be
// forgotten by then. The caller may keep it.
func (a *Sessions) Numbers() map[string]Number { return a.numbers }

// number notes the number of a client id, or that it has none any more.
func (st *keeper) number(id string, n *Number) {
	if st == nil {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if n != nil && !n.Until.IsZero() {
		n.Until = n.Until.Add(st.ahead)
	}
	if n == nil {
		st.note(bucketNumbers, []byte(id), nil)
		return
	}
	st.note(bucketNumbers, []byte(id), n.encode)
}

// encode returns n as it is in the file.
func (n *Number) encode() []byte {
	var until int64
	if !n.Until.IsZero() {
		until = n.Until.UnixNano()
	}
	b := binary.BigEndian.AppendUint64(nil, n.Last)
	b = binary.BigEndian.AppendUint64(b, uint64(until))
	return binary.BigEndian.AppendUint64(b, uint64(n.Life))
}

// parseNumberOf reads a number; ahead is by how much the file's clock is ahead.
// Who was connected has gone now.
func parseNumberOf(b []byte, ahead time.Duration, now time.Time) (n Number, err error) {
	if len(b) != 24 {
		return n, fmt.Errorf("a connection's number of %d bytes, want 24", len(b))
	}
	n.Last, n.Life = binary.BigEndian.Uint64(b), time.Duration(binary.BigEndian.Uint64(b[16:]))
	n.Until = now.Add(n.Life)
	if until := binary.BigEndian.Uint64(b[8:]); until != 0 {
		n.Until = time.Unix(0, int64(until)).Add(-ahead)
	}
	return n, nil
}

// number reads one from the file.
func (l *loading) number(key, value []byte) error {
	n, err := parseNumberOf(value, l.store.ahead, l.now)
	switch {
	case err != nil:
		return err
	case n.Until.After(l.now):
		l.numbers[string(key)] = n
	default:
		l.store.note(bucketNumbers, key, nil)
	}
	return nil
}
