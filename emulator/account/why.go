package account

import (
	"net/netip"
	"slices"
	"time"

	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/why"
	"github.com/suback/suback/hooks"
)

// mostOthers is how many records that are not of the client itself are looked at, the
// latest.
const mostOthers = 1000

// Why says why nothing arrives at a client, on a topic or a filter; "" is any.
func (a *Account) Why(clientID, topic string) why.Finding {
	s := why.Situation{Client: clientID, Topic: topic, Now: time.Now()}
	a.whoIsThere(&s)
	a.whatItHolds(&s)
	for _, ev := range slices.Backward(a.trace.Events(trace.Filter{})) {
		switch {
		case ev.Outcome == trace.Refused && ev.RuleName != "": // about no packet of a client
			if len(s.Rules) < mostOthers {
				s.Rules = append(s.Rules, ev)
			}
		case ev.Client == clientID:
			s.Events = append(s.Events, ev)
		case ev.Client == "" && isArrival(ev) && len(s.Strangers) < mostOthers:
			s.Strangers = append(s.Strangers, ev)
		case ev.Outcome == trace.Refused && len(s.Refusals) < mostOthers:
			s.Refusals = append(s.Refusals, ev)
		}
	}
	slices.Reverse(s.Events)
	slices.Reverse(s.Strangers)
	slices.Reverse(s.Refusals)
	slices.Reverse(s.Rules)
	s.Stories, s.Unenforced = a.stories != nil, a.hook.Asked() != nil
	s.Messages = a.whatCame(clientID, topic)
	return why.Find(s)
}

func isArrival(ev trace.Event) bool {
	return ev.Operation == trace.Connect || ev.Operation == trace.AuthNError || ev.Operation == trace.Transport
}

// whoIsThere fills in who is connected, and who was.
func (a *Account) whoIsThere(s *why.Situation) {
	for _, c := range a.hook.Clients() {
		if c.ClientID == s.Client {
			self := clientOf(c)
			s.Self = &self
			s.Policy, _ = a.hook.PolicyOf(s.Client)
			continue
		}
		s.Others = append(s.Others, clientOf(c))
	}
	if s.Policy == nil { // it went just now
		s.Self = nil
	}
	if k, known := a.hook.LastConnection(s.Client); known && s.Self == nil {
		s.Last = &why.Ending{Reason: k.DisconnectReason, At: k.Ended}
	}
}

func clientOf(c hooks.ClientInfo) why.Client {
	source := c.Source
	if at, err := netip.ParseAddrPort(source); err == nil {
		source = at.Addr().String()
	}
	return why.Client{ID: c.ClientID, Principal: c.PrincipalID, Thing: c.ThingName, Source: source,
		Since: c.ConnectedAt}
}

// whatItHolds fills in the client's session.
func (a *Account) whatItHolds(s *why.Situation) {
	held := a.sessions.Find(s.Client)
	if held == nil {
		return
	}
	s.Keeps = held.Expiry() > 0
	for _, sub := range held.Subscriptions() {
		s.Session = append(s.Session, why.Subscription{Filter: sub.Filter, QoS: sub.QoS})
	}
}
