package rules

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// Confirmation of destinations
//
//   - each that waits for it is sent one message for its token: a POST with the token, whose
//     server gives it back by the enableUrl or the API
//   - the enableUrl is the gateway by the address that the server sees it at [R-126, choice]
//   - 16 are on their way at a time; one that waits for its turn when its destination has
//     another token, or is gone, is not sent
//   - one that cannot be sent, as to a host that is not open, makes the destination's status
//     ERROR, and its reason says why; what the server answers does not matter [R-126, guess]

const mostConfirming = 16 // messages on their way

// A confirmer knows what was sent, and what is to be.
type confirmer struct {
	mu      sync.Mutex
	on      bool
	ended   bool
	known   registry.Revision
	sent    map[string]bool // tokens of destinations that wait still
	waiting []registry.TopicRuleDestination
	workers int // at most mostConfirming
	sending sync.WaitGroup
}

// Confirm has confirmation messages sent from now on. It is called when the gateway can be
// reached, since servers answer at once.
func (e *Engine) Confirm() {
	c := &e.confirmer
	c.mu.Lock()
	c.on, c.known = true, registry.Revision{}
	c.mu.Unlock()
	e.confirm()
}

// confirm has sent what is to be sent, and waits for nothing. What waited for a token that its
// destination has no more is dropped.
func (e *Engine) confirm() {
	c := &e.confirmer
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.on || c.ended {
		return
	}
	all, now := e.Registry.DestinationsToConfirm(c.known)
	if now == c.known {
		return
	}
	c.known, c.waiting = now, nil
	sent := map[string]bool{}
	for _, d := range all {
		if c.sent[d.ConfirmationToken] {
			sent[d.ConfirmationToken] = true
			continue
		}
		c.waiting = append(c.waiting, d)
	}
	c.sent = sent
	for range min(len(c.waiting), mostConfirming-c.workers) {
		c.workers++
		c.sending.Go(e.sendConfirmations)
	}
}

// sendConfirmations sends what waits until nothing does.
func (e *Engine) sendConfirmations() {
	for {
		d, ok := e.confirmer.next()
		if !ok {
			return
		}
		if now, _ := e.Registry.TopicRuleDestination(d.Arn); now.ConfirmationToken == d.ConfirmationToken {
			e.sendConfirmation(d)
		}
	}
}

// next takes what is sent next; without any the worker ends.
func (c *confirmer) next() (d registry.TopicRuleDestination, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || len(c.waiting) == 0 {
		c.workers--
		return d, false
	}
	d, c.waiting = c.waiting[0], c.waiting[1:]
	c.sent[d.ConfirmationToken] = true
	return d, true
}

// forget has all that waits sent again.
func (c *confirmer) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.waiting = registry.Revision{}, nil
	clear(c.sent)
}

// close waits for messages that are on their way, whose context has ended.
func (c *confirmer) close() {
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.sending.Wait()
}

// sendConfirmation sends a message and tells what came of it.
func (e *Engine) sendConfirmation(d registry.TopicRuleDestination) {
	ctx, cancel := context.WithTimeout(e.ctx, httpTime)
	defer cancel()
	answer, hint, err := e.postConfirmation(ctx, &d)
	if e.ctx.Err() != nil {
		return // it is sent at the next start
	}
	at := e.Registry.Now().Format("2006-01-02T15:04:05.000Z")
	reason := fmt.Sprintf("Awaiting confirmation. Confirmation message sent on %s; the endpoint answered %s.", at, answer)
	if err != nil {
		reason = "Confirmation message could not be sent: " + err.Error() + "."
	}
	if err := e.Registry.SettleConfirmation(d.Arn, d.ConfirmationToken, reason, err != nil); err != nil {
		e.Log.Error("the status of a topic rule destination could not be kept", "destination", d.Arn, "error", err)
	}
	e.tellConfirmation(&d, answer, hint, err)
}

func (e *Engine) tellConfirmation(d *registry.TopicRuleDestination, answer, hint string, err error) {
	if now, _ := e.Registry.TopicRuleDestination(d.Arn); now.Status == registry.DestinationEnabled {
		return
	}
	what := cause.Cause{Rules: []string{"R-126"}, Hint: hint,
		Detail: fmt.Sprintf("the destination %s is not confirmed: the message to it failed: %v", printed.URL(d.URL()), err)}
	if err == nil {
		what.Detail = fmt.Sprintf("the destination %s waits for its confirmation: its server got the message, answered %s, "+
			"and has not visited the enableUrl yet", printed.URL(d.URL()), answer)
		what.Hint = fmt.Sprintf("have the server visit the enableUrl of the message, or give the token to aws iot "+
			"confirm-topic-rule-destination; or list %s with status: ENABLED under topicRuleDestinations in suback.yaml",
			printed.URL(d.URL()))
	}
	e.Trace.Note(trace.Key{Topic: d.Arn}, "confirmation", func() trace.Event {
		return trace.Event{Operation: trace.TopicRuleDestination, Resource: d.Arn, Cause: what}
	})
}

// A confirmationMessage is the body of one.
type confirmationMessage struct {
	Arn               string `json:"arn"`
	ConfirmationToken string `json:"confirmationToken"`
	EnableURL         string `json:"enableUrl"`
	MessageType       string `json:"messageType"`
}

// postConfirmation sends a message; answer is what the server said, hint what to do about err.
func (e *Engine) postConfirmation(
	ctx context.Context, d *registry.TopicRuleDestination,
) (answer, hint string, err error) {
	u, err := url.Parse(d.URL())
	if err != nil {
		return "", "", err
	}
	host := u.Hostname()
	if err := e.mayReach(host); err != nil {
		hint, _ := advice(err)
		return "", hint, err
	}
	conn, err := e.dial(ctx, "tcp", hostPort(u))
	if err != nil {
		hint, text := reasonOf(host, u.Host, err)
		return "", hint, fmt.Errorf("%s", text)
	}
	defer conn.Close()
	reply, err := e.sendBy(ctx, conn, d, u)
	if err != nil {
		hint, text := reasonOf(host, u.Host, err)
		return "", hint, fmt.Errorf("%s", text)
	}
	return reply, "", nil
}

// sendBy sends a message by a connection, which says at what address the server sees the gateway.
func (e *Engine) sendBy(
	ctx context.Context, conn net.Conn, d *registry.TopicRuleDestination, u *url.URL,
) (string, error) {
	message := confirmationMessage{d.Arn, d.ConfirmationToken, "", "DestinationConfirmation"}
	local, _ := netip.ParseAddrPort(conn.LocalAddr().String())
	if e.EnableURL != nil {
		message.EnableURL = e.EnableURL(d.ConfirmationToken, local.Addr().Unmap())
	}
	body, err := json.Marshal(message)
	if err != nil {
		return "", err
	}
	to := *u
	to.RawPath, to.Path = "", strings.TrimSuffix(u.Path, "/")+"/"
	query := to.Query()
	query.Set("confirmationToken", d.ConfirmationToken)
	to.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Amz-Rules-Engine-Message-Type", message.MessageType)
	request.Header.Set("X-Amz-Rules-Engine-Destination-Arn", d.Arn)
	one := &http.Transport{DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 16 << 10,
		TLSHandshakeTimeout: httpTime,
		DialContext:         func(context.Context, string, string) (net.Conn, error) { return conn, nil }}
	answer, err := one.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, mostAnswer)
	return strings.TrimSpace(fmt.Sprint(answer.StatusCode, " ", http.StatusText(answer.StatusCode))), nil
}

func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}
