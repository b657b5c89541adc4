package config

import (
	"fmt"
	"net/url"

	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/registry"
)

// Topic rule destinations in suback.yaml
//
//   - whose host is near, as localhost and a compose service are, is enabled without its
//     server's answer, whether it is listed or a rule of the file makes it [R-126, choice]
//   - others are to be confirmed, unless the file gives them a status
//   - a host that is listed is open: rules may send there

func topicRuleDestinationKind() kind {
	return kind{key: "topicRuleDestinations", put: (*Config).putDestinations, read: (*exporting).destinations}
}

func (c *Config) putDestinations(r *registry.Registry) error {
	return each(c.TopicRuleDestinations, func(i int, d registry.TopicRuleDestination) error {
		if d.Status == "" && egress.IsNear(hostOf(d.URL())) {
			d.Status = registry.DestinationEnabled
		}
		if s, ok := registry.URLSecret(d.URL()); ok && s.Value == heldBack {
			at := []any{"topicRuleDestinations", i, "httpUrlProperties", "confirmationUrl"}
			return c.wasHeldBack(at, "topic rule destination "+s.Before, s)
		}
		_, err := r.CreateTopicRuleDestination(d)
		return c.refused([]any{"topicRuleDestinations", i}, err)
	})
}

// enableNear enables the destinations that rules of the file have made.
func (c *Config) enableNear(r *registry.Registry) error {
	listed := map[string]bool{}
	for i := range c.TopicRuleDestinations {
		listed[c.TopicRuleDestinations[i].URL()] = true
	}
	return r.EnableDestinations(func(url string) bool { return !listed[url] && egress.IsNear(hostOf(url)) })
}

// DestinationHosts are the hosts that the file opens by listing a destination there.
func (c *Config) DestinationHosts() (hosts []string) {
	for i := range c.TopicRuleDestinations {
		if host := hostOf(c.TopicRuleDestinations[i].URL()); host != "" {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// destinations leaves out those that were never confirmed and whose host nobody has opened: listed
// in a file it would be open, and anybody who reaches the API may have made them.
func (x *exporting) destinations(c *Config) {
	door := new(egress.Door).With(x.Running.DestinationHosts(), nil)
	for _, d := range x.TopicRuleDestinations() {
		confirmed := d.Status == registry.DestinationEnabled || d.Status == registry.DestinationDisabled
		switch open := d.URL() == "" || door.Check(hostOf(d.URL())) == nil; {
		case d.Status == registry.DestinationError:
			x.notes = append(x.notes, fmt.Sprintf("topic rule destination %s, which could not be confirmed",
				printed.URL(d.URL())))
		case confirmed || open:
			if s, ok := registry.URLSecret(d.URL()); ok && !x.secrets {
				d.HttpUrlProperties = &registry.HTTPDestination{
					ConfirmationURL: x.heldBack(s, "topic rule destination "+printed.URL(d.URL()))}
			}
			c.TopicRuleDestinations = append(c.TopicRuleDestinations, d)
		default:
			x.notes = append(x.notes, fmt.Sprintf("topic rule destination %s, which is not confirmed, and listed here "+
				"would open its host", printed.URL(d.URL())))
		}
	}
}
