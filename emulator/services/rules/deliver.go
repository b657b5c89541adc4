package rules

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/trace"
)

// How an http action's request is tried
//
//   - up to three times, again only for 429 and 500 to 599; not if the answer had more than
//     16,384 bytes, if the server closed the connection, or the time is over
//   - all tries have 4 s together [R-124, guess for together]

const (
	mostTries  = 3
	mostAnswer = 16384 // bytes
	httpTime   = 4 * time.Second
	tryPause   = 100 * time.Millisecond // before the second try, twice that before the third [guess]
)

// A reply is what came back.
type reply struct {
	status int
	body   string // its beginning
	last   bool   // there is no other try
}

func (r *reply) text() string {
	return strings.TrimSpace(fmt.Sprint(r.status, " ", http.StatusText(r.status)))
}

// deliver sends a letter, and returns what the server said to it.
func (x *run) deliver(ctx context.Context, l *letter, body []byte) (answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, httpTime)
	defer cancel()
	for try := 1; ; try++ {
		r, err := x.try(ctx, l, body)
		switch {
		case err != nil:
			return "", x.undelivered(ctx, l, try, err)
		case r.status/100 == 2:
			return r.text() + nth(try), nil
		case r.last || try == mostTries || r.status != http.StatusTooManyRequests && r.status/100 != 5:
			return "", x.rejected(l, r, try)
		}
		select {
		case <-time.After(tryPause << (try - 1)):
		case <-ctx.Done():
			return "", x.rejected(l, r, try)
		}
	}
}

func nth(try int) string {
	if try == 1 {
		return ""
	}
	return fmt.Sprintf(" at try %d", try)
}

// try sends a letter once.
func (x *run) try(ctx context.Context, l *letter, body []byte) (reply, error) {
	why := egress.Cause{Rule: x.rule.RuleName, Depth: l.depth}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(g httptrace.GotConnInfo) { x.Own.Sends(g.Conn, why) }})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url.String(), bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	request.Header = l.headers.Clone()
	if request.UserAgent() == "" {
		request.Header.Set("User-Agent", why.Agent())
	}
	if l.signing != nil {
		if err := x.sign(ctx, request, body, l.signing); err != nil {
			return reply{}, err
		}
	}
	answer, err := x.http.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer+1))
	return reply{status: answer.StatusCode, body: string(text[:min(len(text), mostShown)]),
		last: err != nil || len(text) > mostAnswer || answer.Close}, nil
}

func (x *run) sign(ctx context.Context, r *http.Request, body []byte, s *signing) error {
	if x.Sign == nil {
		return errors.New("there are no keys to sign it with")
	}
	by, err := x.Sign(ctx, r, body, s.region, s.service)
	if err != nil {
		return err
	}
	x.Trace.Note(trace.Key{Policy: x.rule.number}, x.what("signed"), func() trace.Event {
		return x.event(trace.RuleExecution, trace.Event{Cause: cause.Cause{Rules: []string{"R-124"},
			Detail: fmt.Sprintf("the rule %q signs its requests for %s in %s with %s, not with the role's keys",
				x.rule.RuleName, s.service, s.region, by),
			Hint: "on AWS they are signed as the role of auth.sigv4: see that it may do as much"}})
	})
	return nil
}

const failedTo = "HttpAction failed to make a request to the specified endpoint. "

// rejected is the failure of an action whose server had another answer than yes.
func (x *run) rejected(l *letter, r reply, tries int) error {
	hint := fmt.Sprintf("%s answered %s%s", l.url.Host, r.text(), nth(tries))
	if body := strings.TrimSpace(r.body); body != "" && !x.rule.sends { // servers say what they got
		hint += ": " + printed.Line(body)
	}
	if r.status/100 == 3 {
		hint = fmt.Sprintf("%s answered %s: redirects are not followed, so write the url that it leads to", l.url.Host,
			r.text())
	}
	return refuse(hint, "R-124", failedTo+"StatusCode: %d. Reason: %s.", r.status, http.StatusText(r.status))
}

// undelivered is the failure of an action whose server had no answer.
func (x *run) undelivered(ctx context.Context, l *letter, tries int, err error) error {
	if late := x.overdue(nil); late != nil {
		return late
	}
	at := l.url.Host
	hint, text := reasonOf(l.url.Hostname(), at, err)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return refuse(fmt.Sprintf("%s did not answer in time: have it answer first and work then", at), "R-124",
			failedTo+"Request timeout to %s after %d ms after %d retries", at, httpTime.Milliseconds(), tries-1)
	}
	return refuse(hint, "R-124", failedTo+"%s", text)
}

// reasonOf is what went wrong with a connection, without the URL, and what to do about it.
func reasonOf(host, at string, err error) (hint, text string) {
	var closed *egress.Closed
	var unknown *net.DNSError
	switch {
	case errors.As(err, &closed):
		return openHint(host), closed.Error()
	case errors.As(err, &unknown):
		return fmt.Sprintf("%s has no address here: mend the url", host), "no such host: " + host
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing listens at %s: start the server, or mend the url; in a container localhost is the "+
			"container itself", at), "connection refused by " + at
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Sprintf("%s closed the connection without an answer", at), "connection closed by " + at
	}
	return fmt.Sprintf("look at the server at %s, and at the scheme of the url", at), unwrapped(err).Error()
}

// unwrapped is an error without the URL, which may have a secret in it.
func unwrapped(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
