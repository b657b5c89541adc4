package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// The one place that knows our host names: whom certificates are issued for.
//
//   - localhost and what is below it, loopback addresses [A-31, guess]
//   - the account's endpoints and those that old SDKs insist on, which must look
//     like AWS's
//   - what EndpointAddress says
//   - the AWS APIs that are served, global STS too, and SORACOM's
//
// Those of domain configurations are not among them: the emulator knows those.

// ServerNames are the names and patterns ("*.x") that the listeners answer for.
func (c *Config) ServerNames() []string {
	suffix := c.suffix()
	names := []string{
		"localhost", "*.localhost", "host.docker.internal",
		"*.iot." + c.region() + suffix,
		"*.credentials.iot." + c.region() + suffix,
		"*.jobs.iot." + c.region() + suffix,
		c.ControlHost(), "lambda." + c.region() + suffix, "acm." + c.region() + suffix,
		"cognito-identity." + c.region() + suffix, "sts." + c.region() + suffix, "sts.amazonaws.com",
	}
	if c.EndpointAddress != "" {
		names = append(names, c.EndpointAddress)
	}
	return names
}

// ControlHost is where AWS has the control plane.
func (c *Config) ControlHost() string { return "iot." + c.region() + c.suffix() }

func (c *Config) suffix() string {
	if strings.HasPrefix(c.region(), "cn-") {
		return ".amazonaws.com.cn"
	}
	return ".amazonaws.com"
}

func (c *Config) region() string {
	if c.Region == "" {
		return "us-east-1"
	}
	return c.Region
}

// Endpoint returns the host of an endpoint type: EndpointAddress if it is set,
// else one of AWS's form, for which the machine's hosts file or resolver must
// name this one.
func (c *Config) Endpoint(kind string) (string, error) {
	form, ok := map[string]string{
		"iot:Data-ATS": "%s-ats.iot", "iot:Data": "%s.iot", "iot:Data-Beta": "%s-beta.iot",
		// the last [guess]
		"iot:CredentialProvider": "%s.credentials.iot", "iot:Jobs": "%s.jobs.iot",
		"iot:DeviceAdvisor": "%s.deviceadvisor.iot",
	}[kind]
	switch {
	case !ok:
		// [guess]
		return "", fmt.Errorf("endpointType is %q, want iot:Data-ATS, iot:Data, iot:CredentialProvider or iot:Jobs",
			kind)
	case c.EndpointAddress != "":
		return c.EndpointAddress, nil
	}
	return fmt.Sprintf(form, c.endpointPrefix()) + "." + c.region() + c.suffix(), nil
}

// OwnNames are the host names of all endpoints of the account, lower case.
func (c *Config) OwnNames() []string {
	var names []string
	for _, kind := range []string{"iot:Data-ATS", "iot:Data", "iot:Data-Beta", "iot:CredentialProvider",
		"iot:Jobs"} {
		name, _ := c.Endpoint(kind)
		names = append(names, strings.ToLower(name))
	}
	return names
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,253}$`)

// checkEndpointAddress wants a name or an address that clients can dial, without a port.
func (c *Config) checkEndpointAddress() error {
	e := c.EndpointAddress
	if _, notIP := netip.ParseAddr(e); e == "" || notIP == nil || hostName.MatchString(e) {
		return nil
	}
	return c.Errorf([]any{"endpointAddress"}, "endpointAddress is %q, want a host name or an IP address alone, "+
		"without a scheme and a port", e)
}

// Endpoints are the host names of the device gateway.
func (c *Config) Endpoints() []string {
	var names []string
	for _, kind := range []string{"iot:Data-ATS", "iot:Data"} {
		name, _ := c.Endpoint(kind)
		names = append(names, strings.ToLower(name))
	}
	return slices.Compact(names)
}

// endpointPrefix is the same for all endpoints of an account in a region: 13
// lower-case letters and digits.
func (c *Config) endpointPrefix() string {
	sum := sha256.Sum256([]byte(cmp.Or(c.AccountID, registry.DefaultAccount) + c.region() + c.name))
	return "a" + strings.ToLower(base32.HexEncoding.EncodeToString(sum[:])[:12])
}
