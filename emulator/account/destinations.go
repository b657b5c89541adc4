package account

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// Where rules of the account may send to, and how their servers get back
//
//   - to what is open for all accounts, what its file lists as a destination, and what is near
//     of what a rule of its file names [R-126, choice]

// doorOf is the door of a configuration; initial is its own registry.
func (a *Account) doorOf(c *config.Config, initial *registry.Registry) *egress.Door {
	var mentioned []string
	for _, d := range initial.TopicRuleDestinations() {
		mentioned = append(mentioned, hostOf(d.URL()))
	}
	return a.Door.With(c.DestinationHosts(), mentioned)
}

func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// door is that of now.
func (a *Account) door() *egress.Door {
	if s := a.present(); s != nil {
		return s.door
	}
	return nil
}

// sign signs what a rule sends.
func (a *Account) sign(
	ctx context.Context, r *http.Request, body []byte, region, service string,
) (by string, err error) {
	return a.keys.Sign(ctx, a.door(), r, body, region, service)
}

// Listening tells by which port of plain HTTP the account's API is reached, 0 for none, once it
// is: servers that are asked to confirm may then.
func (a *Account) Listening(port int) {
	a.port.Store(int32(port))
	a.rules.Confirm()
}

// enableURL is where a server gives a token back that sees the gateway at local; without a port
// it is AWS's, whose token the API takes.
func (a *Account) enableURL(token string, local netip.Addr) string {
	path := "/confirmdestination/" + token
	port := int(a.port.Load())
	if port == 0 || !local.IsValid() {
		return "https://" + a.Config().ControlHost() + path
	}
	if a.name != "" {
		path = "/_suback/accounts/" + url.PathEscape(a.name) + path
	}
	return "http://" + net.JoinHostPort(local.String(), strconv.Itoa(port)) + path
}

// tellEnabled tells of destinations that are enabled since they are near, and the file does not
// say so itself: on AWS their servers answer before.
func (a *Account) tellEnabled(initial *registry.Registry) {
	said := map[string]bool{}
	for _, d := range a.Config().TopicRuleDestinations {
		said[d.URL()] = d.Status != ""
	}
	for _, d := range initial.TopicRuleDestinations() {
		if d.URL() == "" || d.Status != registry.DestinationEnabled || said[d.URL()] {
			continue
		}
		why := cause.Cause{Rules: []string{"R-126"},
			Detail: fmt.Sprintf("the destination %s is enabled by the configuration, without its server's "+
				"confirmation", printed.URL(d.URL())),
			Hint: "on AWS its server gets a message first, and confirms it, over https: under " +
				"topicRuleDestinations of suback.yaml status: IN_PROGRESS has that here too, and " +
				"status: ENABLED nothing to say"}
		a.trace.Note(trace.Key{Topic: d.Arn}, "enabled", func() trace.Event {
			return trace.Event{Operation: trace.TopicRuleDestination, Resource: d.Arn, Cause: why}
		})
	}
}
