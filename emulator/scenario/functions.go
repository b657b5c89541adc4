package scenario

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/config"
)

// functions are those that authorizers name and that resources do not have: each answers a
// client with what its settings say, and what they were asked is kept.
type functions struct {
	mu    sync.Mutex
	by    map[string]answers // by client id, and by the id of its certificate
	other []byte             // to whoever has none
	asked []asked
}

// answers are what a client's authorizer says, at first and at refreshes.
type answers struct{ first, later []byte }

// An asked event, as a function got it.
type asked struct {
	function, client, connection string
	event                        []byte
}

// inGo are the functions that the configuration names and does not have.
func (f *functions) inGo(c *config.Config) map[string]emulator.LambdaFunc {
	all := map[string]emulator.LambdaFunc{}
	add := func(arn string) {
		name := arn[strings.LastIndex(arn, ":")+1:]
		if _, there := c.Functions[name]; name != "" && !there {
			all[name] = f.function(name)
		}
	}
	for _, a := range c.Authorizers {
		add(a.AuthorizerFunctionArn)
	}
	for _, d := range c.DomainConfigurations {
		if d.ClientCertificateConfig != nil {
			add(d.ClientCertificateConfig.ClientCertificateCallbackArn)
		}
	}
	return all
}

// answers notes what is answered to a client.
func (f *functions) answers(id string, m *made, c *Client) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.by == nil {
		f.by = map[string]answers{}
	}
	f.by[id] = answers{c.answer, c.refresh}
	if m != nil {
		f.by[m.id()] = f.by[id]
	}
}

// function is the authorizer of every client under a name.
func (f *functions) function(name string) emulator.LambdaFunc {
	return func(_ context.Context, event []byte) ([]byte, error) {
		var in struct {
			PrincipalID        string // before authentication
			ConnectionMetadata struct{ ID string }
			ProtocolData       struct{ MQTT struct{ ClientID string } }
		}
		if err := json.Unmarshal(event, &in); err != nil {
			return nil, fmt.Errorf("event: %w", err)
		}
		client := cmp.Or(in.ProtocolData.MQTT.ClientID, in.PrincipalID)
		return f.answer(asked{name, client, in.ConnectionMetadata.ID, slices.Clone(event)}), nil
	}
}

func (f *functions) answer(a asked) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	again := slices.ContainsFunc(f.asked,
		func(b asked) bool { return a.function == b.function && a.connection == b.connection })
	f.asked = append(f.asked, a)
	answer, ok := f.by[a.client]
	switch {
	case !ok:
		return f.other
	case again && answer.later != nil:
		return answer.later
	}
	return answer.first
}

// events are what a function was asked about a client, or about any, the oldest first.
func (f *functions) events(function, client string) (all [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.asked {
		if a.function == function && (client == "" || client == a.client) {
			all = append(all, a.event)
		}
	}
	return all
}

// answerOf grants documents for a day.
func answerOf(documents []json.RawMessage) []byte {
	if documents == nil {
		documents = []json.RawMessage{}
	}
	answer, _ := json.Marshal(map[string]any{"isAuthenticated": true, "principalId": "scenario",
		"policyDocuments": documents, "disconnectAfterInSeconds": 86400, "refreshAfterInSeconds": 86400})
	return answer // of JSON, which cannot fail
}
