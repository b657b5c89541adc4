package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/guest"
	"github.com/suback/suback/emulator/mqtttest"
)

// AWS is an account of AWS's, or of what stands for it, that others use too: each case has
// names, certificates and policies of its own there. Who made the account a guest's closes it.
type AWS struct {
	Account *guest.Account

	cases *atomic.Int64
}

// NewAWS returns the target.
func NewAWS(a *guest.Account) AWS { return AWS{a, new(atomic.Int64)} }

// Transports implements [Target]: all others need an authorizer, which is a function there.
func (t AWS) Transports() []Transport { return []Transport{TLS} }

// Crowd implements [Target].
func (t AWS) Crowd() int { return 8 }

// Tries implements [Target]: what has just been made there is not everywhere yet.
func (t AWS) Tries() int {
	if t.Account.Own {
		return 2
	}
	return 1
}

// lodging is the place of one case.
type lodging struct {
	a      *guest.Account
	c      Case
	owner  string
	names  *names
	shared guest.Certificate
	own    *outside // the account is the case's own, and ends with it; nil at AWS

	certificates map[string]guest.Certificate // by client

	mu   sync.Mutex
	kept []string // client ids that may have left a session
}

// Open implements [Target].
func (t AWS) Open(ctx context.Context, c Case) (Place, error) {
	l := &lodging{a: t.Account, c: c, owner: strconv.FormatInt(t.cases.Add(1), 10),
		certificates: map[string]guest.Certificate{}}
	var problem string
	if l.names, problem = c.namesOf(l.a.Run + "-" + l.owner); problem != "" {
		return nil, fmt.Errorf("%s", problem) // Lacks has said so
	}
	if err := l.furnish(ctx); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// furnish makes what the case needs.
func (l *lodging) furnish(ctx context.Context) (err error) {
	if l.shared, err = l.a.Shared(ctx, []json.RawMessage{json.RawMessage(everything)}); err != nil {
		return err
	}
	attributes, err := l.c.attributes()
	if err != nil {
		return err
	}
	for _, thing := range l.c.things() {
		if err := l.a.Thing(ctx, l.owner, l.names.id(thing), attributes[thing]); err != nil {
			return err
		}
	}
	clients := append(l.c.names(), l.c.withCertificate()...)
	slices.Sort(clients)
	for _, name := range slices.Compact(clients) {
		if l.certificates[name], err = l.certificate(ctx, l.c.client(name)); err != nil {
			return err
		}
	}
	for _, topic := range l.c.retains() {
		l.a.Retained(l.owner, l.names.topic(topic))
	}
	return nil
}

// certificate is a client's: shared by all whose policies name nothing of the case's.
func (l *lodging) certificate(ctx context.Context, c *Client) (guest.Certificate, error) {
	o := owner{l.a.Partition, l.a.Region, l.a.ID}
	shared := len(c.Things) == 0
	var documents []json.RawMessage
	for _, d := range l.c.policyOf(c) {
		there := l.names.document(o, d)
		shared = shared && !bytes.Contains(there, []byte(l.a.Run))
		documents = append(documents, there)
	}
	if shared && documents != nil {
		return l.a.Shared(ctx, documents)
	}
	things := make([]string, len(c.Things))
	for i, thing := range c.Things {
		things[i] = l.names.id(thing)
	}
	return l.a.Certificate(ctx, l.owner, documents, things)
}

// Names implements [Place].
func (l *lodging) Names() *names { return l.names }

// Witness implements [Place]: AWS tells nothing.
func (l *lodging) Witness() Witness {
	if l.own != nil {
		return *l.own
	}
	return nil
}

// Quiet implements [Place]: there a PINGRESP may overtake messages.
func (l *lodging) Quiet() time.Duration {
	if l.a.Own {
		return 2 * time.Second
	}
	return 0
}

// Dial implements [Place].
func (l *lodging) Dial(
	ctx context.Context, name string, settings *Client, _ Transport,
) (*mqtttest.Client, error) {
	clean := settings.CleanStart == nil || *settings.CleanStart
	if !clean || settings.SessionExpiry != nil && *settings.SessionExpiry > 0 {
		l.mu.Lock()
		l.kept = append(l.kept, l.names.id(settings.id(name)))
		l.mu.Unlock()
	}
	return l.dial(ctx, l.certificates[name])
}

func (l *lodging) dial(ctx context.Context, c guest.Certificate) (*mqtttest.Client, error) {
	return mqtttest.Dial(ctx, "mqtts://"+l.a.MQTTS(), l.a.TLS(c))
}

// Shadow implements [Place].
func (l *lodging) Shadow(ctx context.Context, thing, name string) ([]byte, error) {
	document, err := l.a.Shadow(ctx, l.names.id(thing), name)
	return l.names.without(document), err
}

// Do implements [Place].
func (l *lodging) Do(client string, r *http.Request) (*http.Response, error) {
	path, ok := l.names.path(r.URL.EscapedPath())
	if !ok && l.own == nil {
		return nil, fmt.Errorf("the path %q is none of those that a test calls on AWS", r.URL.EscapedPath())
	}
	if client == "" {
		there, err := url.Parse(l.own.url + "/_suback/accounts/" + l.own.account + path + "?" + r.URL.RawQuery)
		if err != nil {
			return nil, err
		}
		r.URL, r.Host = there, there.Host
		return (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	}
	u, err := url.Parse("https://" + l.a.HTTPS() + path + "?" + r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	config := l.a.TLS(l.certificates[client])
	config.NextProtos = []string{"x-amzn-http-ca"}
	r.URL, r.Host = u, config.ServerName
	return (&http.Transport{DisableKeepAlives: true, TLSClientConfig: config}).RoundTrip(r)
}

// Close implements [Place]: the sessions that clients left go, and all that was made. It takes
// its time when the run was interrupted, too.
func (l *lodging) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), guest.RemovalTime)
	defer cancel()
	if l.own != nil {
		l.a.Leave()
		return l.own.end()
	}
	slices.Sort(l.kept)
	for _, id := range slices.Compact(l.kept) {
		l.forget(ctx, id)
	}
	l.a.Remove(ctx, l.owner)
	return nil
}

// forget ends a client's session: it connects with a clean one.
func (l *lodging) forget(ctx context.Context, id string) {
	if id == "" {
		return // AWS assigned one, and nobody knows it any more
	}
	c, err := l.dial(ctx, l.shared)
	if err != nil {
		return // it ends by itself, at its time
	}
	defer c.Close()
	c.Patience = 5 * time.Second
	if ack, err := c.Connect(4, id); err == nil && ack.ReasonCode == 0 {
		_ = c.Disconnect(func(*packets.Packet) {})
		_, _ = c.Read() // the end
	}
}

// path is an HTTP path with the names there; ok is false if it is none of those that are known.
func (n *names) path(escaped string) (there string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	rest, err := url.PathUnescape(strings.Join(parts[1:], "/"))
	switch {
	case err != nil || len(parts) < 2:
		return escaped, false
	case n.change() && (slices.Contains(strings.Split(rest, "/"), "..") ||
		parts[0] == "topics" && n.strange(rest) != ""):
		return escaped, false // what it is there is not what it says
	case parts[0] == "topics" || parts[0] == "retainedMessage":
		if strings.Contains(escaped, "%") || parts[0] == "retainedMessage" {
			return "/" + parts[0] + "/" + url.PathEscape(n.topic(rest)), true
		}
		return "/topics/" + n.topic(rest), true
	case parts[0] == "things" && len(parts) == 3 && parts[2] == "shadow":
		return "/things/" + url.PathEscape(n.id(parts[1])) + "/shadow", true
	case parts[0] == "connections" && len(parts) == 2:
		return "/connections/" + url.PathEscape(n.id(rest)), true
	}
	return escaped, false
}
