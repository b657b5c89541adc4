package rules

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

const role = "arn:aws:iam::000000000000:role/r"

// A rig is an engine at the gateway's one way for messages.
type rig struct {
	t        testing.TB
	registry *registry.Registry
	hook     *hooks.Hook
	trace    *trace.Recorder
	engine   *Engine

	mu   sync.Mutex
	did  []string      // what rules did, as "alarms/7 {"temp":31}"
	hold chan struct{} // functions wait for it; nil: they do not
}

func newRig(t testing.TB) *rig {
	t.Helper()
	s := &rig{t: t, trace: trace.New(trace.Options{})}
	s.hook = hooks.New(hooks.Options{Trace: s.trace, Stories: story.New(story.Options{})})
	var err error
	if s.registry, err = registry.New(registry.Options{Changed: func() {
		if s.engine != nil {
			s.engine.Reload()
		}
	}}); err != nil {
		t.Fatal(err)
	}
	s.engine = New(Options{Registry: s.registry, Publish: s.publish, Start: s.start, Invoke: s.invoke,
		Trace: s.trace, Log: slog.New(slog.DiscardHandler)})
	s.hook.SetRules(s.engine)
	return s
}

func (s *rig) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, fmt.Sprintf(format, args...))
}

func (s *rig) publish(m *session.Message, from hooks.Origin) error {
	if err := s.hook.Route(m, from); err != nil {
		return err
	}
	s.note("%s %s", m.Topic, m.Payload)
	return nil
}

func (s *rig) start(arn string, event []byte) error {
	s.note("start %s %s", arn[strings.LastIndex(arn, ":")+1:], event)
	return nil
}

func (s *rig) invoke(ctx context.Context, _ string, event []byte) ([]byte, error) {
	switch {
	case strings.Contains(string(event), "fail"):
		return nil, errors.New("it failed")
	case s.hold != nil:
		select {
		case <-s.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return []byte(`{"ran":true}`), nil
}

// rule makes a rule of version 2016-03-23.
func (s *rig) rule(name, sql string, onError registry.RuleAction, actions ...registry.RuleAction) {
	s.t.Helper()
	if _, err := s.registry.CreateTopicRule(registry.TopicRule{RuleName: name, SQL: sql,
		AwsIotSqlVersion: "2016-03-23", Actions: actions, ErrorAction: onError}); err != nil {
		s.t.Fatal(err)
	}
}

func republish(topic string) registry.RuleAction {
	return registry.RuleAction{"republish": {"topic": topic, "roleArn": role}}
}

func lambda(name string) registry.RuleAction {
	return registry.RuleAction{"lambda": {"functionArn": "arn:aws:lambda:us-east-1:000000000000:function:" + name}}
}

// send publishes as the device "dev", and returns the message's trace id.
func (s *rig) send(topic, payload string) string {
	s.t.Helper()
	m := &session.Message{Topic: topic, Payload: []byte(payload)}
	from := hooks.Origin{Kind: hooks.FromDevice, ClientID: "dev", ConnectionID: "c", Principal: "p", Protocol: "MQTT 5"}
	if err := s.hook.Route(m, from); err != nil {
		s.t.Error(err)
	}
	return m.TraceID(nil)
}

// end waits until all is done.
func (s *rig) end() {
	s.t.Helper()
	if err := s.engine.Close(); err != nil {
		s.t.Error(err)
	}
}
