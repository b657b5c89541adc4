package emulator

import "strings"

// The one place that knows our host names: whom certificates are issued for.
//
//   - localhost and what is below it, loopback addresses [A-31, guess]
//   - the account's endpoints and those that old SDKs insist on, which must look
//     like AWS's
//   - the AWS APIs that are served, global STS too, and SORACOM's
//
// Those of domain configurations are not among them: see domain.go.

// serverNames are the names and patterns ("*.x") that the listeners answer for.
func (c *Config) serverNames() []string {
	suffix := ".amazonaws.com"
	if strings.HasPrefix(c.region(), "cn-") {
		suffix = ".amazonaws.com.cn"
	}
	return []string{
		"localhost", "*.localhost", "host.docker.internal",
		"*.iot." + c.region() + suffix,
		"*.credentials.iot." + c.region() + suffix,
		"*.jobs.iot." + c.region() + suffix,
		"iot." + c.region() + suffix, "lambda." + c.region() + suffix, "acm." + c.region() + suffix,
		"cognito-identity." + c.region() + suffix, "sts." + c.region() + suffix, "sts.amazonaws.com",
	}
}

func (c *Config) region() string {
	if c.Region == "" {
		return "us-east-1"
	}
	return c.Region
}
