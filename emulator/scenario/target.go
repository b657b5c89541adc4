package scenario

import (
	"context"
	"net/http"
	"time"

	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/mqtttest"
)

// A Target is where scenarios are played: an [Emulator], a [Broker], a [Suback] that is
// running, or an account of [AWS].
type Target interface {
	// Transports are those that it can be reached by, the preferred one first.
	Transports() []Transport
	// Lacks says what a scenario needs and the target has not; "" if it can be played.
	Lacks(s *Scenario) string
	// Open makes the place for one case, with what its scenario says of resources.
	Open(ctx context.Context, c Case) (Place, error)
	// Crowd is how many cases may be played at once at most; 0 is any number.
	Crowd() int
	// Tries is how often a case is played that fails, 1 where an account is at once as it says.
	Tries() int
}

// A Place is where one case is played. Methods are safe for concurrent use.
type Place interface {
	// Dial opens a connection for a client, of which settings are in effect.
	Dial(ctx context.Context, name string, settings *Client, t Transport) (*mqtttest.Client, error)
	// Do makes an HTTP call with a client's certificate, or with none for "".
	Do(client string, r *http.Request) (*http.Response, error)
	// Witness has the trace, stories and the clock; nil if there is none.
	Witness() Witness
	// Shadow is a device shadow's document, nil if there is none.
	Shadow(ctx context.Context, thing, name string) ([]byte, error)
	// Names are those that names of the scenario become; nil leaves them as they are.
	Names() *names
	// Quiet is how long a message may be under way that PINGRESP has overtaken.
	Quiet() time.Duration
	// Close ends it with all that it has.
	Close() error
}

// A Case is a scenario in one version of MQTT and over one transport.
type Case struct {
	*Scenario
	Version   Version
	Transport Transport
}

// String is the file, the name, and how it is played.
func (c Case) String() string {
	version := "MQTT " + string(c.Version)
	return c.file + ": " + c.Name + " (" + version + ", " + string(c.Transport) + ")"
}

// File is where the scenario stands.
func (c Case) File() string { return c.file }

// Cases are scenarios in each of their versions, over those of transports that they can be
// played over; where that is none, over the first that they can.
func Cases(scenarios []*Scenario, transports ...Transport) (all []Case) {
	for _, s := range scenarios {
		for _, v := range s.versions() {
			for _, t := range s.over(transports) {
				all = append(all, Case{s, v, t})
			}
		}
	}
	return all
}

func (s *Scenario) versions() []Version {
	if len(s.Versions) == 0 {
		return []Version{V3, V5}
	}
	return s.Versions
}

// over are those of transports that the scenario can be played over, at least one.
func (s *Scenario) over(transports []Transport) (chosen []Transport) {
	can := s.able()
	for _, t := range transports {
		for _, c := range can {
			if c == t {
				chosen = append(chosen, t)
			}
		}
	}
	if chosen == nil {
		chosen = can[:1]
	}
	return chosen
}

// able are the transports that a scenario can be played over: a certificate answers for no
// authorizer, and an authorizer's client has no thing.
func (s *Scenario) able() []Transport {
	if len(s.Transports) > 0 {
		return s.Transports
	}
	certificate, authorizer, upgrade := false, false, false
	look := func(c *Client) {
		certificate = certificate || c != nil && (c.Things != nil || c.Certificate != nil)
		upgrade = upgrade || c != nil && (c.Path != "" || c.Headers != nil || c.Sign != nil)
		authorizer = authorizer || c != nil && (c.Answer.given || c.Username != nil || c.Password != nil)
	}
	for _, c := range s.Clients {
		look(c)
	}
	for _, step := range s.Steps {
		authorizer = authorizer || step.Fault != nil && step.Fault.On == string(faults.Function)
		if step.Connect == nil {
			continue
		}
		look(step.Connect.With)
		authorizer = authorizer || step.Connect.With != nil && step.Connect.With.Policy.given
	}
	switch {
	case certificate:
		return []Transport{TLS}
	case upgrade:
		return []Transport{WS, WSS}
	case authorizer:
		return []Transport{TCP, ALPN, WS, WSS}
	}
	return AllTransports()
}
