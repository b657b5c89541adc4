package emulator

import (
	"cmp"
	"time"
)

// Bounds are what the emulator takes of its machine at most, so that no client
// can make it take more. What is over a bound is ended or left out with a cause
// in the trace, the culprit or the oldest first; others do not notice. The zero
// value stands for the defaults.
type Bounds struct {
	// Connections is how many may be open at once, of all listeners together,
	// HTTP included. One more is closed. Default 20,000.
	Connections int

	// HalfOpen is how many of them may not have come to their CONNECT or HTTP
	// request yet. One more ends the oldest. Default 4,096.
	HalfOpen int

	// BufferedBytes is how much may wait for clients that do not read, all
	// together. More ends the client for whom most is waiting. Default 128 MiB.
	BufferedBytes int

	// HeaderBytes is how long the head of an HTTP request may be. Default 64 KiB.
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
		HeaderBytes:   cmp.Or(b.HeaderBytes, 64<<10),
		BodyBytes:     cmp.Or(b.BodyBytes, 70_167_211),
		RequestTime:   cmp.Or(b.RequestTime, 30*time.Second),
		Followers:     cmp.Or(b.Followers, 100),
		LogPerSecond:  cmp.Or(b.LogPerSecond, 20),
	}
}
