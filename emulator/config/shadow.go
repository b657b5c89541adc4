package config

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/services/shadow"
)

// Device shadows in suback.yaml: the state that a thing has at first.

// A Shadow is the state of a device shadow. The thing need not exist [S-6].
type Shadow struct {
	ThingName  string      `yaml:"thingName"`
	ShadowName string      `yaml:"shadowName"` // default: the classic shadow
	State      ShadowState `yaml:"state"`      // desired and reported, as in an update
}

// ID is whose shadow it is, and which.
func (s Shadow) ID() shadow.ID { return shadow.ID{Thing: s.ThingName, Name: s.ShadowName} }

// A ShadowState is JSON; in suback.yaml its text, the path of a file with it, or the same
// as keys and values.
type ShadowState string

// UnmarshalYAML turns keys and values into JSON text.
func (s *ShadowState) UnmarshalYAML(n *yaml.Node) error { return (*PolicyDocument)(s).UnmarshalYAML(n) }

// node is the state as keys and values: JSON is YAML, in one line.
func (s ShadowState) node() *yaml.Node {
	document := new(yaml.Node)
	if yaml.Unmarshal([]byte(s), document) != nil || len(document.Content) != 1 {
		n := new(yaml.Node)
		n.SetString(string(s))
		return n
	}
	return document.Content[0]
}

// checkShadows looks at each shadow as the service does when it gets one, and puts what is
// in files in its place.
func (c *Config) checkShadows() error {
	first := map[shadow.ID]int{}
	return each(c.Shadows, func(i int, s Shadow) error {
		at := []any{"shadows", i}
		text, err := PolicyDocument(s.State).text(c)
		if err != nil {
			return c.Errorf(append(at, "state"), "shadow %s: %v, want desired and reported, or the path of a file with them",
				s.ID(), err)
		}
		c.Shadows[i].State = ShadowState(text)
		if before, twice := first[s.ID()]; twice {
			return c.Errorf(at, "shadow %s is there twice, want it once: see shadows[%d]", s.ID(), before)
		}
		first[s.ID()] = i
		why := new(shadow.Refusal)
		if !errors.As(shadow.Check(s.ID(), []byte(text)), &why) {
			return nil
		}
		if why.Path != "" {
			for step := range strings.SplitSeq(why.Path, ".") {
				key, _, _ := strings.Cut(step, "[")
				at = append(at, key)
			}
		}
		return c.Errorf(at, "shadow %s: %s: %s; %s", s.ID(), why.Message, why.Detail, why.Hint)
	})
}

// shadows are those that there are, as suback.yaml has them.
func (x *exporting) shadows() (all []Shadow) {
	if x.Shadows == nil {
		return nil
	}
	for _, id := range x.Shadows.IDs() {
		if state, ok := x.Shadows.State(id); ok {
			all = append(all, Shadow{id.Thing, id.Name, ShadowState(state)})
		}
	}
	return all
}
