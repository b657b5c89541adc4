package transport

import "time"

// What a client has said and nobody has heard
//
//   - who is to be ended for another's sake may have ended already: its DISCONNECT, or the
//     end of TCP, lies in the system's buffer, or is being dealt with
//   - so whoever is about to end it waits until its reader waits for more. A client that
//     sends without a pause is not waited for long

const (
	catchUpStep  = time.Millisecond
	catchUpSteps = 20
)

// CatchUp returns when what the client has sent so far has been dealt with: at once, as a
// rule, and in any case after 20 ms, or what so many steps of one take on a busy machine.
// It reports whether the connection is done with by then, see [Conn.Done].
func (c *Conn) CatchUp() (over bool) {
	for range catchUpSteps {
		if lookAhead(c.tcp) == nothing && c.waiting.Load() {
			return false
		}
		select {
		case <-c.done:
			return true
		case <-time.After(catchUpStep):
		}
	}
	return false
}
