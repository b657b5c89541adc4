package main

import (
	"errors"
	"flag"
	"strconv"
	"time"

	"github.com/suback/suback/emulator"
)

// registerBounds defines the flags of what the gateway takes of its machine at
// most.
func registerBounds(fs *flag.FlagSet, b *emulator.Bounds) {
	for _, f := range []struct {
		to    *int
		name  string
		about string
	}{
		{&b.Connections, "max-connections", "most `connections` at once (default 20000)"},
		{&b.HalfOpen, "max-half-open", "most `connections` before their CONNECT or request (default 4096)"},
		{&b.BufferedBytes, "max-buffered",
			"most `bytes` that wait for slow clients, all together (default 128 MiB)"},
		{&b.Sessions, "max-sessions", "most `sessions` that wait for a client (default 100000)"},
		{&b.StoredBytes, "max-stored", "most `bytes` of messages that wait or are retained (default 512 MiB)"},
		{&b.ShadowBytes, "max-shadows", "most `bytes` of device shadows (default 256 MiB)"},
		{&b.HeaderBytes, "max-header", "most `bytes` of the head of an HTTP request (default 128 KiB)"},
		{&b.BodyBytes, "max-body", "most `bytes` of the body of an HTTP request (default 70167211)"},
		{&b.Followers, "max-followers", "most `readers` that follow the trace at once (default 100)"},
		{&b.LogPerSecond, "max-log", "most log `records` of one cause in a second (default 20)"},
	} {
		fs.Func(f.name, f.about, func(text string) (err error) {
			*f.to, err = strconv.Atoi(text)
			if err != nil || *f.to < 1 {
				return errors.New("want a whole number above 0")
			}
			return nil
		})
	}
	fs.Func("request-time", "a client's `time` to its CONNECT, a request's head, its body (default 30s)",
		durationTo(&b.RequestTime))
}

// durationTo is the value of a flag that is a duration.
func durationTo(to *time.Duration) func(string) error {
	return func(text string) (err error) {
		*to, err = time.ParseDuration(text)
		if err != nil || *to <= 0 {
			return errors.New("want a duration above 0 with its unit, as 30s")
		}
		return nil
	}
}
