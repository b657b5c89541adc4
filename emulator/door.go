package emulator

import (
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Who may ask over HTTP, whatever is asked
//
//   - the Host of each request and upgrade is a name of ours, so that no page
//     comes here under a name of its own that resolves to this machine ("DNS
//     rebinding"): an IP address; a name without dots, as compose services have;
//     localhost and what is below it; what certificates are issued for; a domain
//     configuration's; one of the form of AWS's; one of Options.Hosts
//   - a browser says where a request comes from, in Origin and Sec-Fetch-Site. What
//     a page of another origin sends reaches what AWS's own pages reach: the data
//     plane and WebSocket, Cognito and STS, SORACOM's stand-in. It never
//     reaches the control plane, Lambda, ACM, the admin API and the metrics, unless
//     Options.AllowOrigins has its origin, and never Lambda
//   - a browser asks before it sends certain requests (a "preflight"): who would
//     answer the request itself answers that
//   - what makes this machine run or read something is taken from it alone: see
//     account/may_run.go

// awsName is the form of names that nobody but AWS can point anywhere: an
// endpoint of AWS IoT, or of a service in a region.
var awsName = regexp.MustCompile(`\A(sts|iam)\.amazonaws\.com\z|` +
	`\A(([a-z0-9-]+\.)*iot|[a-z0-9-]+)\.[a-z]+(-[a-z]+)+-[0-9]+\.(amazonaws\.com(\.cn)?|api\.aws)\z`)

// admit looks at the Host of a request.
func (e *Emulator) admit(w http.ResponseWriter, r *http.Request) bool {
	host := account.HostOf(r)
	if e.isOurName(host) {
		return true
	}
	e.of.TurnAway(w, r, http.StatusForbidden, "ForbiddenException", trace.Event{Cause: cause.Cause{
		Reason: "HOST_UNKNOWN",
		Detail: fmt.Sprintf("Host is %q, which is no name of this gateway", account.Shortened(host)),
		Hint: "if it is yours, start the gateway with --host and that name (SUBACK_HOST); " +
			"a web page may use it to get here",
	}})
	return false
}

func (e *Emulator) isOurName(host string) bool {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || !strings.Contains(host, ".") {
		return true
	}
	configured := slices.ContainsFunc(e.Accounts(), func(a *Account) bool {
		return a.of.HasDomain(host)
	})
	return configured || awsName.MatchString(host) || transport.IsNamed(host, e.serverNames())
}
