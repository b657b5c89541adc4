package registry

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/printed"
)

// The http action
//
//   - a url with a template needs a confirmationUrl; else the url is it
//   - the url begins with the confirmationUrl: the same scheme, host and port, and its
//     path's beginning, so that no other host is reached [R-126, choice]
//   - of addresses only IPv4; user names in a URL are refused [R-124, guess]
//   - up to 100 headers, whose keys have no template
//   - a batch has its bounds, and an error action none

// hasTemplate tells what is only known when a message has come.
func hasTemplate(s string) bool { return strings.Contains(s, "${") }

// ConfirmationURL is that of an http action, "" if it is none, or not known yet.
func (a RuleAction) ConfirmationURL() string {
	at, _ := a["http"]["confirmationUrl"].(string)
	if at == "" {
		at, _ = a["http"]["url"].(string)
	}
	if hasTemplate(at) {
		return ""
	}
	return at
}

// checkHTTP says what is wrong with an action that is http.
func (a RuleAction) checkHTTP(rule, at string) error {
	v, ok := a["http"]
	if !ok {
		return nil
	}
	to, _ := v["url"].(string)
	confirmation, _ := v["confirmationUrl"].(string)
	needs, wrong, below := "", "", ""
	switch {
	case confirmation == "" && hasTemplate(to):
		needs = "is missing, want what the url begins with, since that has a template"
	case hasTemplate(confirmation):
		needs = wantNoUser(confirmation)
	case confirmation != "":
		needs = wantHTTPURL(confirmation)
	}
	wrong = wantNoUser(to)
	if !hasTemplate(to) {
		if wrong = wantHTTPURL(to); wrong == "" && confirmation != "" && !hasTemplate(confirmation) && needs == "" {
			below = wantBelow(to, confirmation)
		}
	}
	at += ".http"
	return firstOf(
		topicRule.invalid(rule, at+".url", wrong),
		topicRule.invalid(rule, at+".confirmationUrl", needs),
		topicRule.invalid(rule, at+".url", below),
		checkHeaders(rule, at+".headers", v["headers"]),
		checkBatch(rule, at, v),
		checkSigV4(rule, at+".auth", v["auth"]),
	)
}

const hasUser = "has a user name, want it in a header"

// wantHTTPURL wants what a rule can send to.
func wantHTTPURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "is missing"
	case len(text) > 2000:
		return fmt.Sprintf("has %d bytes, want at most 2000", len(text))
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return fmt.Sprintf("is %q, want a URL such as https://example.com/path", printed.URL(text))
	case u.User != nil:
		return hasUser
	case u.Fragment != "":
		return "has a fragment, want none"
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && a.Is6() {
		return fmt.Sprintf("has the address %s, want a host name or an address of IPv4", a)
	}
	return ""
}

// WantBelow is what is wrong with a URL that a rule is to send to, beside its confirmation
// URL; "" if nothing is.
func WantBelow(to, confirmation string) string {
	for _, text := range []string{to, confirmation} {
		if wrong := wantHTTPURL(text); wrong != "" {
			return wrong
		}
	}
	return wantBelow(to, confirmation)
}

func wantBelow(to, confirmation string) string {
	u, err := url.Parse(to)
	base, baseErr := url.Parse(confirmation)
	if err == nil && baseErr == nil && u.Scheme == base.Scheme && u.Host == base.Host &&
		strings.HasPrefix(strings.TrimPrefix(to, u.Scheme), strings.TrimPrefix(confirmation, base.Scheme)) {
		return ""
	}
	return fmt.Sprintf("is %q, want one that begins with the confirmationUrl %q",
		printed.URL(to), printed.URL(confirmation))
}

// wantNoUser wants what wantHTTPURL does of a URL with a template, as far as it is known before
// a message has come: nobody's password would be told with each of them.
func wantNoUser(text string) string {
	for hasTemplate(text) {
		before, rest, _ := strings.Cut(text, "${")
		_, behind, _ := strings.Cut(rest, "}")
		text = before + "x" + behind
	}
	_, rest, _ := strings.Cut(text, "//")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if strings.Contains(rest, "@") {
		return hasUser
	}
	return ""
}

func checkHeaders(rule, at string, v any) error {
	headers, _ := v.([]any)
	if n := len(headers); n > 100 {
		return topicRule.invalid(rule, at, fmt.Sprintf("are %d, want at most 100", n))
	}
	for i, h := range headers {
		at := fmt.Sprintf("%s[%d]", at, i)
		members, ok := h.(map[string]any)
		if !ok {
			return topicRule.invalid(rule, at, "is no object, want {key, value}")
		}
		if err := checkMembers(rule, at, members, []string{"key!", "value!"}); err != nil {
			return err
		}
		if err := topicRule.invalid(rule, at+".key", wantHeaderKey(members["key"].(string))); err != nil {
			return err
		}
	}
	return nil
}

// wantHeaderKey wants the name of a header that a rule may send: Host would have a request say
// that it is for another server than its URL names.
func wantHeaderKey(key string) string {
	mustNot := []string{"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"}
	switch lower := strings.ToLower(key); {
	case hasTemplate(key):
		return "has a template, want a name"
	case slices.Contains(mustNot, lower):
		return fmt.Sprintf("is %s, which the request has by itself, want another", key)
	}
	return wantName(key, "!#$%&'*+-.^_`|~", 256)
}

func checkBatch(rule, at string, v map[string]any) error {
	batches, _ := v["enableBatching"].(bool)
	config, _ := v["batchConfig"].(map[string]any)
	if strings.HasPrefix(at, "errorAction") && (batches || config != nil) {
		return topicRule.invalid(rule, at,
			"batches, want neither enableBatching nor batchConfig in an error action")
	}
	err := checkMembers(rule, at+".batchConfig", config, []string{"maxBatchOpenMs:integer",
		"maxBatchSize:integer", "maxBatchSizeBytes:integer", "batchAcrossTopics:boolean"})
	return firstOf(err,
		checkRange(rule, at, config, "maxBatchOpenMs", 5, 200),
		checkRange(rule, at, config, "maxBatchSize", 2, 10),
		checkRange(rule, at, config, "maxBatchSizeBytes", 100, 131072))
}

func checkRange(rule, at string, config map[string]any, name string, least, most float64) error {
	n, ok := config[name].(float64)
	if !ok || n >= least && n <= most {
		return nil
	}
	return topicRule.invalid(rule, at+".batchConfig."+name, fmt.Sprintf("is %v, want %v to %v", n, least, most))
}

func checkSigV4(rule, at string, v any) error {
	auth, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if err := checkMembers(rule, at, auth, []string{"sigv4:object"}); err != nil {
		return err
	}
	by, ok := auth["sigv4"].(map[string]any)
	if !ok {
		return nil
	}
	return checkMembers(rule, at+".sigv4", by, []string{"signingRegion!", "serviceName!", "roleArn!"})
}
