package authn

import "strings"

// misused refuses a server name that is the endpoint of another region, and so of
// another account than this one. In this region every name of an
// endpoint's form is taken for the account's own [A-31, guess].
func (a *Authenticator) misused(serverName string) error {
	_, region, found := strings.Cut(strings.ToLower(serverName), ".iot.")
	region, suffix, _ := strings.Cut(region, ".")
	if !found || region == a.Registry.Region() || suffix != "amazonaws.com" && suffix != "amazonaws.com.cn" {
		return nil
	}
	return refuse(sniMisused, "the server name %q is an endpoint of %s, this account is in %s",
		shorten(serverName), shorten(region), a.Registry.Region()).
		because("A-28", "A-160").try(hintServerName)
}
