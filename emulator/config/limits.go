package config

import (
	"errors"
)

// Limits are AWS's quotas by group, each "aws" or "off" [B-1202].
type Limits struct {
	// Protocol is what one packet or connection may be: lengths of client ids,
	// topics, payloads and properties, numbers of filters and subscriptions
	// [B-603, B-632, B-650, B-651, B-660, B-661, B-680, B-691]. Default "aws".
	Protocol string `yaml:"protocol"`

	// Rate is what may happen within a second: connections of a client id, a
	// connection's messages and bytes, retained messages, requests for a shadow
	// [B-413, B-607, B-681, B-682, B-723, S-77]. Default "off".
	Rate string `yaml:"rate"`
}

// check finds a value that is none.
func (l Limits) check(c *Config) error {
	var all []error
	for _, group := range []struct{ key, value string }{{"protocol", l.Protocol}, {"rate", l.Rate}} {
		if v := group.value; v != "" && v != "aws" && v != "off" {
			all = append(all, c.Errorf([]any{"limits", group.key}, "limits.%s is %q, want aws or off", group.key, v))
		}
	}
	return errors.Join(all...)
}
