package config

import (
	"errors"
	"fmt"
	"net"
)

// check finds addresses that are none.
func (l Listeners) check(c *Config) error {
	var all []error
	for _, one := range []struct{ key, address string }{
		{"mqtt", l.MQTT}, {"mqtts", l.MQTTS}, {"https", l.HTTPS}, {"http", l.HTTP},
	} {
		if err := CheckAddress(one.address); one.address != "" && err != nil {
			all = append(all, c.Errorf([]any{"listeners", one.key}, "listeners.%s %v", one.key, err))
		}
	}
	return errors.Join(all...)
}

// CheckAddress says whether a listener can have an address, or be "off".
func CheckAddress(address string) error {
	if address == "off" {
		return nil
	}
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("is %q, want host:port, or :port for this machine alone, with a port of 0 to 65535, or off",
		address)
}
