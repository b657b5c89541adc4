package rules

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/registry"
)

// http
//
//   - what is sent is the result, by POST, as application/json if it is JSON, else as
//     application/octet-stream, unless a header says otherwise
//   - not if it has more than 128 KiB, as no message may [R-124, guess]
//   - only to below the confirmation URL of a destination that is ENABLED, and to hosts
//     that are open [R-126, choice]
//   - what comes back to this gateway ends as what is republished does
//   - a proxy of the environment is not asked, a redirect is not followed [R-124, guess]

// newClient is what http actions send with.
func (e *Engine) newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            e.dial,
			TLSHandshakeTimeout:    httpTime + time.Second, // after the end of the request, which says more
			MaxConnsPerHost:        64,
			MaxIdleConns:           64,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        time.Second, // servers close theirs after 2 or 5 s, maybe just now
			MaxResponseHeaderBytes: 16 << 10,
			DisableCompression:     true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (e *Engine) door() *egress.Door {
	if e.Door == nil {
		return nil
	}
	return e.Door()
}

func (e *Engine) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := e.door().Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return e.Own.Follow(c), nil
}

// mostSent is how many bytes a result may have that is sent [R-124, guess].
const mostSent = 128 << 10

// A letter is what an http action sends, but for its body.
type letter struct {
	url     *url.URL
	headers http.Header
	signing *signing // nil: it is not signed
	depth   int      // how many messages led to it
}

// A signing is for whom a letter is signed.
type signing struct{ region, service string }

// post sends the result by itself.
func (x *run) post(v values) (done, error) {
	l, d, err := x.letter(v)
	if err != nil {
		return d, err
	}
	if _, typed := l.headers["Content-Type"]; !typed {
		l.headers.Set("Content-Type", "application/octet-stream")
		if json.Valid(x.result.Payload) {
			l.headers.Set("Content-Type", "application/json")
		}
	}
	d.answer, err = x.deliver(x.ctx, l, x.result.Payload)
	return d, err
}

// letter is what an action with its final parameters sends, or why it may not.
func (x *run) letter(v values) (*letter, done, error) {
	to := v.text("url")
	d := done{resource: to, log: map[string]string{"Url": printed.URL(to)}}
	confirmation := v.text("confirmationUrl")
	if confirmation == "" {
		confirmation = to
	}
	if wrong := registry.WantBelow(to, confirmation); wrong != "" {
		return nil, d, refuse("a field that the payload has not is an empty text in a template: write one that is there",
			"R-126", "the url %s", wrong)
	}
	if n := len(x.result.Payload); n > mostSent {
		return nil, d, refuse(fmt.Sprintf("select less of the message: the result has %d bytes, and %d are the most that "+
			"an http action sends", n, mostSent), "R-124", failedTo+"The result has more than %d bytes", mostSent)
	}
	l := &letter{headers: http.Header{}, depth: x.from.Depth + 1}
	l.url, _ = url.Parse(to) // WantBelow has seen to it
	if err := x.mayReach(l.url.Hostname()); err != nil {
		return nil, d, err
	}
	if err := x.mayPost(confirmation); err != nil {
		return nil, d, err
	}
	headers, _ := v["headers"].([]any)
	for _, of := range headers {
		h, _ := of.(map[string]any)
		l.headers.Add(values(h).text("key"), values(h).text("value"))
	}
	auth, _ := v["auth"].(map[string]any)
	if by, ok := auth["sigv4"].(map[string]any); ok {
		l.signing = &signing{values(by).text("signingRegion"), values(by).text("serviceName")}
	}
	return l, d, nil
}

// mayReach says that a host is not open.
func (e *Engine) mayReach(host string) error {
	if e.door().Check(host) == nil {
		return nil
	}
	return closedHost(host)
}

func closedHost(host string) error {
	return refuse(openHint(host), "R-126", "nothing is sent to %s: nobody opened that host", host)
}

func openHint(host string) string {
	return fmt.Sprintf("if rules are to send to %s, list it under topicRuleDestinations in suback.yaml, or start with "+
		"--rules-to %s", host, host)
}

// mayPost says why the destination of a confirmation URL cannot be used.
func (x *run) mayPost(confirmation string) error {
	d, ok := x.Registry.TopicRuleDestinationOf(confirmation)
	shown := printed.URL(confirmation)
	if !ok {
		return refuse(fmt.Sprintf("list it under topicRuleDestinations in suback.yaml, or aws iot "+
			"create-topic-rule-destination --destination-configuration httpUrlConfiguration={confirmationUrl=%s}", shown),
			"R-126", "there is no destination with the confirmation URL %s", shown)
	}
	hint := ""
	switch d.Status {
	case registry.DestinationEnabled:
		return nil
	case registry.DestinationDisabled:
		hint = fmt.Sprintf("aws iot update-topic-rule-destination --arn %s --status ENABLED", d.Arn)
	case registry.DestinationInProgress:
		hint = "have its server visit the enableUrl of the confirmation message that it got, or list it with " +
			"status: ENABLED under topicRuleDestinations in suback.yaml"
	default:
		hint = fmt.Sprintf("aws iot update-topic-rule-destination --arn %s --status IN_PROGRESS sends the confirmation "+
			"message again", d.Arn)
	}
	reason := strings.TrimSuffix(d.StatusReason, ".")
	if reason != "" {
		reason = ": " + reason
	}
	return refuse(hint, "R-126", "the destination %s is %s, not ENABLED%s", shown, d.Status, reason)
}
