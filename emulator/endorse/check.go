package endorse

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// An Error is a mistake in a Config.
type Error struct {
	// At are the keys and indexes that lead to the value.
	At []any
	// Problem is a sentence that begins with them and ends with what was wanted.
	Problem string
}

func (e *Error) Error() string { return e.Problem }

// wrong describes the value at a path of keys and indexes.
func wrong(at []any, format string, args ...any) error {
	var path strings.Builder
	for _, step := range at {
		if index, ok := step.(int); ok {
			fmt.Fprintf(&path, "[%d]", index)
			continue
		}
		fmt.Fprintf(&path, ".%s", step)
	}
	return &Error{at, strings.TrimPrefix(path.String(), ".") + " " + fmt.Sprintf(format, args...)}
}

var (
	operatorForm = regexp.MustCompile(`^OP[0-9A-Z]{10}$`)
	imsiForm     = regexp.MustCompile(`^[0-9]{6,15}$`)
	hostForm     = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
	//
	statuses = []string{"active", "inactive", "ready", "instock", "shipped", "suspended", "terminated"}
)

// completed returns the configuration with its defaults, or the first mistake.
func (c Config) completed() (Config, error) {
	if !operatorForm.MatchString(c.OperatorID) {
		return c, wrong([]any{"operatorId"}, `is %q, want "OP" and ten digits or capital letters`, c.OperatorID)
	}
	for _, check := range []func(*Config) error{(*Config).checkKeys, (*Config).checkGroup,
		(*Config).checkSubscribers, (*Config).checkAPIs} {
		if err := check(&c); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *Config) checkKeys() error {
	for i, k := range c.AuthKeys {
		switch {
		case k.AuthKeyID == "":
			return wrong([]any{"authKeys", i, "authKeyId"}, "is missing, want the name of the key, as keyId-local")
		case k.AuthKey == "":
			return wrong([]any{"authKeys", i, "authKey"}, "is missing, want the secret, as secret-local")
		}
	}
	for i, u := range c.Users {
		switch {
		case (u.Email == "") == (u.UserName == ""):
			return wrong([]any{"users", i}, "has to be the root user or a SAM user, want either email or userName")
		case u.Password == "":
			return wrong([]any{"users", i, "password"}, "is missing, want a password")
		}
	}
	return nil
}

func (c *Config) checkGroup() error {
	g := &c.SoracomEndorse
	if g.TokenTimeoutSeconds < 0 {
		return wrong([]any{"SoracomEndorse", "tokenTimeoutSeconds"}, "is %d, want more than 0 seconds",
			g.TokenTimeoutSeconds)
	}
	if g.TokenTimeoutSeconds == 0 {
		g.TokenTimeoutSeconds = 600
	}
	if !isOrigin(g.AllowOrigin) {
		return wrong([]any{"SoracomEndorse", "allowOrigin"},
			`is %q, want an origin, as http://localhost:8080 without a path, or "*"`, g.AllowOrigin)
	}
	for i, text := range g.AuthorizedRedirectURLs {
		if u, err := url.Parse(text); err != nil || u.Scheme == "" || u.Host == "" {
			return wrong([]any{"SoracomEndorse", "authorizedRedirectUrls", i},
				"is %q, want a complete URL, as https://example.com/login", text)
		}
	}
	return nil
}

// isOrigin reports whether a browser could send s as Origin; "" and "*" will do.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return s == "" || s == "*" || err == nil && u.Scheme != "" && u.Host != "" && s == u.Scheme+"://"+u.Host
}

func (c *Config) checkSubscribers() error {
	c.Subscribers = slices.Clone(c.Subscribers)
	seen := make(map[string]bool)
	for i := range c.Subscribers {
		s := &c.Subscribers[i]
		s.complete(c.OperatorID)
		switch {
		case !imsiForm.MatchString(s.IMSI):
			return wrong([]any{"subscribers", i, "imsi"}, "is %q, want 6 to 15 digits", s.IMSI)
		case seen[s.IMSI]:
			return wrong([]any{"subscribers", i, "imsi"}, "is %s a second time, want each SIM once", s.IMSI)
		case s.IPAddress != "" && !isAddress(s.IPAddress):
			return wrong([]any{"subscribers", i, "ipAddress"}, "is %q, want an IP address", s.IPAddress)
		case !slices.Contains(statuses, s.Status):
			return wrong([]any{"subscribers", i, "status"}, "is %q, want %s", s.Status, strings.Join(statuses, ", "))
		}
		seen[s.IMSI] = true
		if c.ConnectedIMSI == "" && s.IPAddress == "" {
			c.ConnectedIMSI = s.IMSI
		}
	}
	if c.ConnectedIMSI != "" && !seen[c.ConnectedIMSI] {
		return wrong([]any{"connectedImsi"}, "is %q, want the imsi of a subscriber", c.ConnectedIMSI)
	}
	return nil
}

// isAddress reports whether s is written as addresses of requests are.
func isAddress(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Unmap().String() == s
}

func (s *Subscriber) complete(operator string) {
	for _, d := range []struct {
		field *string
		value string
	}{{&s.OperatorID, operator}, {&s.Status, "active"}, {&s.SpeedClass, "s1.standard"}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if s.Tags == nil {
		s.Tags = map[string]string{}
	}
}

func (c *Config) checkAPIs() error {
	c.APIs = slices.Clone(c.APIs)
	seen := make(map[string]bool)
	for i := range c.APIs {
		a := &c.APIs[i]
		a.Host, a.Path = strings.ToLower(a.Host), "/"+strings.Trim(a.Path, "/")
		switch {
		case !hostForm.MatchString(a.Host):
			return wrong([]any{"apis", i, "host"},
				"is %q, want a host name, as abc123.execute-api.ap-northeast-1.amazonaws.com", a.Host)
		case slices.Contains(ownHosts, a.Host):
			return wrong([]any{"apis", i, "host"}, "is %s, which answers for something else, want a host of its own",
				a.Host)
		case seen[a.Host+a.Path]:
			return wrong([]any{"apis", i, "path"}, "is %s of %s a second time, want each method once", a.Path, a.Host)
		case a.Function == "":
			return wrong([]any{"apis", i, "function"}, "is missing, want the name of a function")
		case !isOrigin(a.AllowOrigin):
			return wrong([]any{"apis", i, "allowOrigin"},
				`is %q, want an origin, as http://localhost:8080 without a path, or "*"`, a.AllowOrigin)
		case a.AllowOrigin == "":
			a.AllowOrigin = "*"
		}
		seen[a.Host+a.Path] = true
	}
	return nil
}
