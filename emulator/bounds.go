package emulator

import (
	"cmp"
	"time"

	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/transport"
)

// Bounds are what the emulator takes of its machine at most, so that no client
// can make it take more. What is over a bound is ended, left out or dropped with a cause
// in the trace, the culprit or the oldest first; others do not notice. The zero
// value stands for the defaults.
type Bounds struct {
	// Connections is how many may be open at once, of all listeners together,
	// HTTP included. For one more an idle HTTP connection is closed, else the
	// oldest that has been half-open for a second, else it is closed itself; the
	// http listener gives it an answer first. Fewer, if that would leave less than
	// an eighth of the process's descriptors, or 32, to files and functions.
	// Default 20,000.
	Connections int

	// HalfOpen is how many of them may not have come to the end of their CONNECT
	// or of an HTTP request's head yet. One more ends the oldest. Default 4,096.
	HalfOpen int

	// BufferedBytes is how much memory may hold what waits for clients, all
	// together. More ends the client for whom most is waiting of those that have
	// taken nothing for a second; if there are none, publishers wait 0.1 s before
	// any is ended. For one client it is 16 MiB at most. Default 128 MiB.
	BufferedBytes int

	// Sessions is how many may wait for a client that is away. One more ends the one
	// that has waited for longest. Default 100,000.
	Sessions int

	// StoredBytes is how much memory may hold messages that wait for a client or for
	// its PUBACK, or are retained; one that waits for several counts once. More drops
	// the newest of the client, or shared group, for which most waits. Retained
	// messages have half of it: then more of them are refused as on AWS. Default
	// 512 MiB.
	StoredBytes int

	// ShadowBytes is how much memory may hold device shadows, of all accounts together:
	// documents with their metadata and names, and 256 bytes for each. An update beyond it
	// is rejected with 500, once deletions are forgotten for which versions go on. Default
	// 256 MiB.
	ShadowBytes int

	// HeaderBytes is how long the head of an HTTP request may be, 4 KiB at least.
	// Default 128 KiB: a topic or property of more bytes than MQTT has room for still
	// gets AWS's answer.
	HeaderBytes int

	// BodyBytes is how long the body of an HTTP request may be, whatever the
	// operation's own limit is. Default 70,167,211, Lambda's largest request.
	BodyBytes int

	// RequestTime is how long a client may take to its CONNECT, to the end of the
	// head of an HTTP request, and from there to the end of its body. Default 30 s.
	RequestTime time.Duration

	// Followers is how many readers of the trace may wait for more at once. One
	// more ends the oldest. Default 100.
	Followers int

	// LogPerSecond is how many records of one cause reach the log in a second; of
	// the others their number is told. The trace has them all. What one function
	// prints may come 50 times as fast until it has been 50 seconds' worth.
	// Default 20.
	LogPerSecond int
}

// withDefaults returns the bounds that hold.
func (b Bounds) withDefaults() Bounds {
	return Bounds{
		Connections:   cmp.Or(b.Connections, 20_000),
		HalfOpen:      cmp.Or(b.HalfOpen, 4_096),
		BufferedBytes: cmp.Or(b.BufferedBytes, 128<<20),
		Sessions:      cmp.Or(b.Sessions, 100_000),
		StoredBytes:   cmp.Or(b.StoredBytes, 512<<20),
		ShadowBytes:   cmp.Or(b.ShadowBytes, 256<<20),
		HeaderBytes:   cmp.Or(b.HeaderBytes, 128<<10),
		BodyBytes:     cmp.Or(b.BodyBytes, 70_167_211),
		RequestTime:   cmp.Or(b.RequestTime, 30*time.Second),
		Followers:     cmp.Or(b.Followers, 100),
		LogPerSecond:  cmp.Or(b.LogPerSecond, 20),
	}
}

// transport are the bounds that the listeners hold to together.
func (b Bounds) transport() transport.Bounds {
	return transport.Bounds{Connections: b.Connections, HalfOpen: b.HalfOpen, BufferedBytes: b.BufferedBytes}
}

// sessions are the bounds that the sessions of all accounts hold to together.
func (b Bounds) sessions() session.Bounds {
	return session.Bounds{Absent: b.Sessions, Bytes: b.StoredBytes}
}
