package scenario

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/printed"
)

// A Broker is any MQTT broker that is running, in which everybody may do everything. It takes
// the scenarios tagged standard, one at a time: they share it.
type Broker struct {
	URL string // mqtt://host:port, or mqtts, ws, wss; a host:port alone is mqtt

	// Everything has it take the other scenarios too, but for those with steps that no broker
	// can: to see that they fail there.
	Everything bool

	TLS *tls.Config // for mqtts and wss; nil is Go's default
}

// ParseBroker reads a target as users write it.
func ParseBroker(text string) (Broker, error) {
	address := text
	if !strings.Contains(text, "://") {
		address = "mqtt://" + text
	}
	u, err := url.Parse(address)
	if err == nil && (u.Port() == "" || !slices.Contains([]string{"mqtt", "mqtts", "ws", "wss"}, u.Scheme)) {
		err = errors.New("")
	}
	if err != nil {
		return Broker{}, fmt.Errorf("the target is %q, want emulator, host:port, or a URL as mqtts://host:port or wss://host:port/mqtt",
			printed.URL(text))
	}
	return Broker{URL: address}, nil
}

// checkTime is how long a broker may take to accept a connection.
const checkTime = 10 * time.Second

// Check says why it cannot be reached.
func (b Broker) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	c, err := mqtttest.Dial(ctx, b.URL, b.TLS)
	if err != nil {
		return err
	}
	return c.Close()
}

// Transports implements [Target].
func (b Broker) Transports() []Transport {
	scheme, _, _ := strings.Cut(b.URL, "://")
	return []Transport{map[string]Transport{"mqtt": TCP, "mqtts": TLS, "ws": WS, "wss": WSS}[scheme]}
}

// Lacks implements [Target].
func (b Broker) Lacks(s *Scenario) string {
	if !b.Everything && !slices.Contains(s.Tags, "standard") {
		return "it is about AWS IoT: it is not tagged standard"
	}
	problem := ""
	s.all(func(step *Step) {
		if step.Advance != 0 || step.HTTP != nil || step.Shadow != nil || step.Rule != nil ||
			step.Fault != nil || step.Event != nil {
			problem = "a broker has no " + step.verbs()[0]
		}
	})
	return problem
}

// Crowd implements [Target].
func (b Broker) Crowd() int { return 1 }

// Tries implements [Target].
func (b Broker) Tries() int { return 1 }

// Open implements [Target].
func (b Broker) Open(_ context.Context, c Case) (Place, error) { return &shared{b, c}, nil }

// shared is the place of one case at a broker that others have used before.
type shared struct {
	Broker
	c Case
}

// Dial implements [Place].
func (s *shared) Dial(ctx context.Context, _ string, _ *Client, _ Transport) (*mqtttest.Client, error) {
	return mqtttest.Dial(ctx, s.URL, s.TLS)
}

// Do implements [Place].
func (s *shared) Do(string, *http.Request) (*http.Response, error) {
	return nil, errors.New("a broker takes no HTTP call")
}

// Witness implements [Place].
func (s *shared) Witness() Witness { return nil }

// Shadow implements [Place].
func (s *shared) Shadow(context.Context, string, string) ([]byte, error) {
	return nil, errors.New("a broker has no shadows")
}

// Names implements [Place].
func (s *shared) Names() *names { return nil }

// Quiet implements [Place].
func (s *shared) Quiet() time.Duration { return 0 }

// Close implements [Place]: sessions and retained messages go.
func (s *shared) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), defaultPatience)
	defer cancel()
	for _, name := range append(s.c.names(), "scenario-cleaner") {
		c, err := mqtttest.Dial(ctx, s.URL, s.TLS)
		if err != nil {
			return err
		}
		c.Patience = 5 * time.Second
		if ack, err := c.Connect(4, s.c.client(name).id(name)); err == nil && ack.ReasonCode == 0 {
			for _, topic := range retained(s.c.Steps) {
				_, _ = c.Publish(topic, "", mqtttest.Retain, mqtttest.QoS(0))
			}
			_ = c.Disconnect(func(*packets.Packet) {})
			_, _ = c.Read() // the end
		}
		_ = c.Close()
	}
	return nil
}

// retained are the topics on which steps leave messages.
func retained(steps []*Step) (topics []string) {
	for _, s := range steps {
		if s.Publish != nil && s.Publish.Retain {
			topics = append(topics, s.Publish.Topic)
		}
		topics = append(topics, retained(s.Parallel)...)
	}
	return topics
}
