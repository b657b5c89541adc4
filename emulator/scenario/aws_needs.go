package scenario

import (
	"net/url"
	"slices"
	"strings"
)

// What a scenario needs in an account: things, and where it may leave messages.

// attributes are those of things, by their names.
func (s *Scenario) attributes() (map[string]map[string]string, error) {
	c, err := s.config()
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]string{}
	for _, thing := range c.Things {
		all[thing.ThingName] = thing.Attributes
	}
	return all, nil
}

// things are all that are made, attached, or have a shadow.
func (s *Scenario) things() (names []string) {
	if c, err := s.config(); err == nil {
		for _, thing := range c.Things {
			names = append(names, thing.ThingName)
		}
	}
	for _, c := range s.Clients {
		names = append(names, c.Things...)
	}
	inPath := func(path, before string) {
		if rest, ok := strings.CutPrefix(path, before); ok {
			if name, _, _ := strings.Cut(rest, "/"); !open(name) && name != "" {
				names = append(names, name)
			}
		}
	}
	for _, t := range append(s.topics(), s.called()...) {
		inPath(t, "$aws/things/")
	}
	s.all(func(step *Step) {
		switch {
		case step.Shadow != nil:
			names = append(names, step.Shadow.Thing)
		case step.HTTP != nil:
			inPath(step.HTTP.Path, "/things/")
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// retains are the topics on which messages may be left, if they are any.
func (s *Scenario) retains() (topics []string) {
	topics = retained(s.Steps)
	will := func(c *Client) {
		if c != nil && c.Will != nil && c.Will.Retain {
			topics = append(topics, c.Will.Topic)
		}
	}
	for _, c := range s.Clients {
		will(c)
	}
	s.all(func(step *Step) {
		if step.Connect != nil {
			will(step.Connect.With)
		}
		if step.HTTP != nil && mayRetain(step.HTTP.Path) {
			topics = append(topics, called(step.HTTP)...)
		}
	})
	slices.Sort(topics)
	return slices.DeleteFunc(slices.Compact(topics), func(t string) bool {
		return t == "" || strings.HasPrefix(t, "$") || strings.ContainsAny(t, "+#\x00") || len(t) > 256
	})
}

// mayRetain reports whether an HTTP path has such a parameter, whatever it says.
func mayRetain(path string) bool {
	_, query, _ := strings.Cut(path, "?")
	parameters, err := url.ParseQuery(query)
	return err != nil || parameters.Has("retain")
}
