package authn

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/sigv4"
)

// For where and when a request is signed
//
//   - the scope names this region, the service, and the day of X-Amz-Date
//
//   - X-Amz-Date is at most 5 minutes away; X-Amz-Expires counts for nothing, and
//     a URL may be used again meanwhile

// clockWindow is how far a signature's time may be off.
const clockWindow = 5 * time.Minute

// checkScope is about what the signature is good for.
func (a *Authenticator) checkScope(r *signedRequest) error {
	e := refuse(signatureMismatch, "").because("A-206")
	wrong := func(message, detail string) {
		e.Message += message
		e.Detail = strings.TrimPrefix(e.Detail+", "+detail, ", ")
	}
	if got := r.Scope.Region; !a.inRegion(got, r.services) {
		wrong(fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", got),
			fmt.Sprintf("the request is signed for region %q, this is %s", shorten(got), a.Registry.Region()))
		e = e.also(hintRegion, "D-42")
	}
	if got := r.Scope.Service; !slices.Contains(r.services, got) {
		wrong(fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", r.services[0]),
			fmt.Sprintf("the request is signed for service %q, this is %s", shorten(got),
				strings.Join(r.services, " or ")))
		e = e.also(hintService(got, r.services[0]), "D-50")
	}
	if got := r.Scope.Terminator; got != sigv4.Terminator {
		wrong(fmt.Sprintf("Credential should be scoped with a valid terminator: '%s', not '%s'. ",
			sigv4.Terminator, got),
			"the scope does not end with /"+sigv4.Terminator)
		e = e.also("end the credential's scope with /" + sigv4.Terminator)
	}
	if got, want := r.Scope.Day, r.At.Format("20060102"); got != want {
		wrong(fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from "+
			"ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'. ", got, want, r.Date),
			fmt.Sprintf("the scope has the day %q, X-Amz-Date has %s", shorten(got), want))
		e = e.also("take day and time from one clock reading, both in UTC")
	}
	if e.Message == "" {
		return nil
	}
	return e
}

// inRegion says whether a scope's region is this one. STS is asked at its global
// endpoint too, which is in us-east-1.
func (a *Authenticator) inRegion(region string, services []string) bool {
	return region == a.Registry.Region() || region == "us-east-1" && services[0] == "sts"
}

// checkClock wants a signature of now.
func checkClock(r *signedRequest) error {
	now, e := r.now.UTC(), refuse(requestExpired, "").because("A-204")
	if expired := now.Add(-clockWindow); r.At.Before(expired) {
		e.Message = fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 5 min.)",
			r.Date, expired.Format(sigv4.TimeFormat), now.Format(sigv4.TimeFormat))
		age := now.Sub(r.At).Round(time.Second)
		e.Detail = fmt.Sprintf("X-Amz-Date %s is %v ago, want at most 5 min", r.Date, age)
		return e.try(hintExpired(r), "D-39", "D-40")
	}
	if early := now.Add(clockWindow); r.At.After(early) {
		e.Message = fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 5 min.)",
			r.Date, early.Format(sigv4.TimeFormat), now.Format(sigv4.TimeFormat))
		ahead := r.At.Sub(now).Round(time.Second)
		e.Detail = fmt.Sprintf("X-Amz-Date %s is %v ahead, want at most 5 min", r.Date, ahead)
		return e.try(hintClock, "D-39")
	}
	return nil
}
