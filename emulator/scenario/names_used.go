package scenario

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// What a scenario names: client ids, topics, policies.

// documents are all policies of a scenario.
func (s *Scenario) documents() (all []json.RawMessage) {
	all = append(all, s.Policy.documents...)
	for _, name := range slices.Sorted(maps.Keys(s.Clients)) {
		all = append(all, s.Clients[name].Policy.documents...)
	}
	return all
}

// ids are the client ids that are used, but for the empty one.
func (s *Scenario) ids() (ids []string) {
	for _, name := range s.names() {
		ids = append(ids, s.client(name).id(name))
	}
	s.all(func(step *Step) {
		if c := step.Connect; c != nil && c.With != nil && c.With.ClientID != nil {
			ids = append(ids, *c.With.ClientID)
		}
	})
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// topics are all topics and filters.
func (s *Scenario) topics() (all []string) {
	message := func(m *Message) {
		if m == nil {
			return
		}
		if all = append(all, m.Topic); m.Properties != nil && m.Properties.ResponseTopic != nil {
			all = append(all, *m.Properties.ResponseTopic)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Clients)) {
		message(s.Clients[name].Will)
	}
	s.all(func(step *Step) {
		switch {
		case step.Subscribe != nil:
			all = append(all, step.Subscribe.filters()...)
		case step.Unsubscribe != nil:
			all = append(all, step.Unsubscribe.filters()...)
		case step.Publish != nil:
			message(&step.Publish.Message)
		case step.Connect != nil && step.Connect.With != nil:
			message(step.Connect.With.Will)
		}
	})
	return all
}

// called are the topics of HTTP paths.
func (s *Scenario) called() (all []string) {
	s.all(func(step *Step) {
		if step.HTTP != nil {
			all = append(all, called(step.HTTP)...)
		}
	})
	return all
}

// called is the topic of a path, on which is published or of which the retained message is read.
func called(h *HTTP) []string {
	path, _, _ := strings.Cut(h.Path, "?")
	for _, before := range []string{"/topics/", "/retainedMessage/"} {
		rest, ok := strings.CutPrefix(path, before)
		if topic, err := url.PathUnescape(rest); ok && err == nil {
			return []string{topic}
		}
	}
	return nil
}

// all shows every step, those of parallel ones too.
func (s *Scenario) all(show func(*Step)) {
	var walk func(steps []*Step)
	walk = func(steps []*Step) {
		for _, step := range steps {
			show(step)
			walk(step.Parallel)
		}
	}
	walk(s.Steps)
}
