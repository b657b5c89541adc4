package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Lacks implements [Target].
func (t AWS) Lacks(s *Scenario) string {
	for _, look := range []func() string{s.beyondTLS, s.beyondThings, s.beyondSteps} {
		if problem := look(); problem != "" {
			return problem
		}
	}
	_, problem := s.namesOf(t.Account.Run + "-0000")
	return problem
}

// beyondTLS says why clients cannot come with certificates alone.
func (s *Scenario) beyondTLS() string {
	other := func(c *Client) bool { return c != nil && c.Transport != "" && c.Transport != TLS }
	for _, c := range s.Clients {
		if other(c) {
			return "a client's transport is " + string(c.Transport) + ", and a test's clients have certificates on AWS"
		}
	}
	if what := s.identity(); what != "" {
		return what + " is played in an emulator of its own alone"
	}
	if !slices.Contains(s.able(), TLS) {
		if len(s.Transports) > 0 {
			return "it is not played over tls"
		}
		return "it needs an authorizer, which on AWS is a function with a role"
	}
	return ""
}

// identity is what says who somebody is in another way than by a certificate that is as it should be.
func (s *Scenario) identity() (what string) {
	look := func(c *Client) {
		if c == nil {
			return
		}
		for key, given := range map[string]bool{
			"certificate": c.Certificate != nil, "serverName": c.ServerName != "",
			"alpn": c.ALPN != nil, "tlsVersion": c.TLSVersion != "", "path": c.Path != "", "headers": c.Headers != nil,
			"sign": c.Sign != nil, "refresh": c.Refresh.given, "bytes": c.Bytes != ""} {
			if given {
				what = "a client's " + key
			}
		}
	}
	for _, c := range s.Clients {
		look(c)
	}
	s.all(func(step *Step) {
		switch {
		case step.Connect != nil:
			look(step.Connect.With)
		case step.HTTP != nil && step.HTTP.Sign != nil:
			what = "sign of an http step"
		case step.HTTP != nil && step.HTTP.ServerName != "":
			what = "serverName of an http step"
		}
	})
	return what
}

// maxAttributes is how many a thing without a type may have, less the one that marks ours.
const maxAttributes = 2

// beyondThings says which resources are not made there.
func (s *Scenario) beyondThings() string {
	if n := s.Resources.node; n != nil {
		for i := 0; i < len(n.Content); i += 2 {
			if key := n.Content[i].Value; key != "things" {
				return "its resources have " + key + ", and on AWS a test makes things, certificates and policies alone"
			}
		}
	}
	c, err := s.config()
	if err != nil {
		return err.Error()
	}
	for _, thing := range c.Things {
		switch {
		case thing.ThingTypeName != "" || thing.BillingGroupName != "":
			return fmt.Sprintf("thing %q has a type or a billing group, which a test does not make on AWS", thing.ThingName)
		case len(thing.Attributes) > maxAttributes:
			return fmt.Sprintf("thing %q has no room for the attribute that marks a test's things", thing.ThingName)
		}
	}
	for _, thing := range s.things() {
		if !plainThing.MatchString(thing) {
			return fmt.Sprintf("%q is no name of a thing", thing)
		}
	}
	return ""
}

var plainThing = regexp.MustCompile(`^[a-zA-Z0-9:_-]{1,80}$`)

// beyondSteps says which step cannot be done there.
func (s *Scenario) beyondSteps() (problem string) {
	n := &names{prefix: "x"}
	s.all(func(step *Step) {
		switch {
		case step.Advance != 0 || step.Fault != nil || step.Rule != nil || step.Event != nil:
			problem = "AWS has no " + step.verbs()[0]
		case step.Send != nil:
			if raw, err := step.Send.raw(); err != nil || !harmless(raw) {
				problem = "it sends bytes that may name what is not the test's"
			}
		case step.HTTP != nil && step.HTTP.Client == "":
			problem = "an http step has no client, and with a test's keys nothing but its own is called on AWS"
		case step.HTTP != nil && strings.Contains(step.HTTP.Path, "{{"):
			problem = fmt.Sprintf("the path %q is known only when it is called, and names on AWS are the test's", step.HTTP.Path)
		case step.HTTP != nil:
			path, _, _ := strings.Cut(step.HTTP.Path, "?")
			if _, ok := n.path(path); !ok {
				problem = fmt.Sprintf("the path %q is none of those that a test calls on AWS", path)
			}
		}
	})
	return problem
}
