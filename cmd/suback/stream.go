package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/trace"
)

// How long a stream waits before it tries again: twice as long each time.
const (
	firstWait = 250 * time.Millisecond
	lastWait  = 2 * time.Second
)

// A stream is the trace of a gateway that may go away and come back.
type stream struct {
	url    string
	query  url.Values // what to ask for
	client *http.Client
	show   func(line []byte, e trace.Event) error
	say    func(format string, args ...any)

	began string // of the gateway's trace; "" before it answered once
	seq   uint64 // of the youngest record shown
	away  bool   // and that has been said
}

// A final error is one that another try would not mend.
type final struct{ error }

// run shows records until ctx ends, which is no error, or until one cannot be shown, or the
// gateway refuses.
func (s *stream) run(ctx context.Context) error {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		err := s.follow(ctx)
		var end final
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &end):
			return end.error
		case !s.away && s.began == "":
			s.say("no gateway at %s yet, waiting for it: %v", printed.URL(s.url), err)
		case !s.away:
			s.say("lost the gateway, trying again: %v", err)
			wait = firstWait
		}
		s.away = true
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// follow shows records until the connection ends.
func (s *stream) follow(ctx context.Context) error {
	resp, err := s.get(ctx)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	began := resp.Header.Get("Suback-Began")
	anew := s.began != "" && s.began != began
	s.began = began
	switch {
	case anew:
		s.say("the gateway is another one now: its records count from 1 again")
	case s.away:
		s.say("the gateway is there")
	}
	s.away = false
	if anew && s.seq > 0 { // what it was asked for is no place in its trace
		s.seq = 0
		return s.follow(ctx)
	}
	for lines := json.NewDecoder(resp.Body); ; {
		var line json.RawMessage
		if err := lines.Decode(&line); err != nil {
			return ended(err)
		}
		if err := s.take(line); err != nil {
			return err
		}
	}
}

func (s *stream) get(ctx context.Context) (*http.Response, error) {
	s.query.Set("follow", "1")
	s.query.Set("since", strconv.FormatUint(s.seq, 10))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"?"+s.query.Encode(), nil)
	if err != nil {
		return nil, final{usagef("--http: %w, want host:port", err)}
	}
	resp, err := s.client.Do(req)
	if err != nil || resp.StatusCode == http.StatusOK {
		return resp, err
	}
	defer resp.Body.Close()
	err = refusal(resp)
	if resp.StatusCode < http.StatusInternalServerError {
		err = final{err}
	}
	return nil, err
}

// take shows one record.
func (s *stream) take(line []byte) error {
	e, err := decode(line)
	if err != nil {
		return final{err}
	}
	if e.Seq != 0 && e.Seq <= s.seq {
		e = grown(e)
	}
	s.seq = max(s.seq, e.Seq)
	if err := s.show(line, e); err != nil {
		return final{err}
	}
	if e.Operation == trace.Follow && e.Seq == 0 && e.Count == 0 {
		return final{errNo} // it made room: to come back would end another
	}
	return nil
}

// grown is what is new of a record that was shown before.
func grown(e trace.Event) trace.Event {
	short := trace.Event{Seq: e.Seq, Time: e.Last, Client: e.Client, Operation: e.Operation, Outcome: e.Outcome,
		Count: e.Count, Last: e.Last}
	short.Reason = e.Reason
	if e.Topic+e.Filter != "" {
		short.Detail = "on " + e.Topic + e.Filter
	}
	return short
}

// ended says how a connection ended.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it closed the connection")
	}
	return err
}
