package advise

import (
	"cmp"
	"time"
)

// Settings are the bounds that a device is judged by. The zero value of each is its default.
type Settings struct {
	// Timeout is how long each case may take. Default what AWS recommends for the case, 2 or
	// 4 minutes.
	Timeout time.Duration

	// Attempts is how many times a device must connect in vain to be judged by its delays:
	// Device Advisor's RECONNECTION_ATTEMPTS, 5 to 10. Default 5.
	Attempts int

	// Shortest is the least delay before a device comes again. Default a second, as in Device
	// Advisor's "at least one second delay", and in the quota of one CONNECT a second for a
	// client id [B-413].
	Shortest time.Duration

	// Noise is by how much two delays may differ that are meant to be the same. Default 150 ms
	// [guess].
	Noise time.Duration

	// Resend is within which time a message must be sent again that was not acknowledged;
	// then the connection is ended, and it must be sent again on the next one. Default 15 s,
	// as long as AWS's long duration tests wait.
	Resend time.Duration

	// Answer is how long it may take until a device acknowledges what it got, sends again after
	// it has reconnected, or looks at its shadow. Default 15 s [guess].
	Answer time.Duration

	// Quiet is how long a device must stay away after it got a certificate that it must not
	// accept, to have refused it. Default 5 s [guess].
	Quiet time.Duration

	// Calm is how long a device must have been connected before its back-off is looked at, so
	// that it begins anew. Default 31 s: AWS's device SDKs begin anew after 30 s.
	Calm time.Duration

	// KeepAlive is within how many times its keep alive a device must notice that it gets no
	// answer. Default 1.5, as in Device Advisor's "Mqtt No Ack PingResp".
	KeepAlive float64
}

// With their defaults.
func (s Settings) complete() Settings {
	s.Attempts = cmp.Or(s.Attempts, 5)
	s.Shortest = cmp.Or(s.Shortest, time.Second)
	s.Noise = cmp.Or(s.Noise, 150*time.Millisecond)
	s.Resend = cmp.Or(s.Resend, 15*time.Second)
	s.Answer = cmp.Or(s.Answer, 15*time.Second)
	s.Quiet = cmp.Or(s.Quiet, 5*time.Second)
	s.Calm = cmp.Or(s.Calm, 31*time.Second)
	s.KeepAlive = cmp.Or(s.KeepAlive, 1.5)
	return s
}

// How long a case may take, as AWS recommends for its own.
const (
	shortCase = 2 * time.Minute
	longCase  = 4 * time.Minute
)
