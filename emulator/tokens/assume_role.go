package tokens

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// AssumeRole
//
//   - RoleArn and RoleSessionName are required; DurationSeconds 900 to 43200,
//     default 3600; at most 3600 for a caller who is a role's session
//     already
//   - the role must exist and trust the caller, else 403 AccessDenied with one and
//     the same text
//   - Policy and PolicyArns together are the session policies: the keys may do what
//     both they and the role allow
//   - the keys know the role and the session name; their id starts ASIA, the
//     role's AROA
//   - the account's root may assume roles here, as local stacks let it; not on AWS

const (
	maxSessionPolicy  = 2048 // characters, each and together
	maxSessionARNs    = 10
	minRoleARN        = 20 // characters
	sessionNameSyntax = `[\w+=,.@-]*`
)

type assumedRole struct {
	XMLName          xml.Name `xml:"AssumeRoleResult"`
	Credentials      xmlCredentials
	AssumedRoleUser  assumedRoleUser
	PackedPolicySize string `xml:",omitempty"` // percent
}

type assumedRoleUser struct {
	AssumedRoleID string `xml:"AssumedRoleId"`
	Arn           string
}

func (c *call) assumeRole(form url.Values, keys registry.Credential) (any, error) {
	c.resource = form.Get("RoleArn")
	life, err := checkAssumeRole(form, keys)
	if err != nil {
		return nil, err
	}
	limits, packed, err := c.sessionPolicies(form)
	if err != nil {
		return nil, err
	}
	role, err := c.roleFor(form, keys)
	if err != nil {
		return nil, err
	}
	issued, err := c.registry.IssueCredential(registry.Credential{
		RoleName: role.RoleName, RoleSessionName: form.Get("RoleSessionName"), SessionPolicies: limits,
	}, life)
	if err != nil {
		return nil, err
	}
	c.noteAssumed(form, keys)
	return assumedRole{
		Credentials:      newXMLCredentials(issued),
		AssumedRoleUser:  assumedRoleUser{c.registry.PrincipalID(issued), c.registry.PrincipalARN(issued)},
		PackedPolicySize: packed,
	}, nil
}

// checkAssumeRole looks at the form alone.
func checkAssumeRole(form url.Values, keys registry.Credential) (time.Duration, error) {
	var v invalid
	arn, session := form.Get("RoleArn"), form.Get("RoleSessionName")
	if v.wantsAny(arn, "roleArn"); arn != "" {
		v.wants(len(arn) >= minRoleARN, "roleArn", arn, "have length greater than or equal to "+
			strconv.Itoa(minRoleARN))
	}
	if v.wantsAny(session, "roleSessionName"); session != "" {
		v.wants(isSessionName(session), "roleSessionName", session, "satisfy regular expression pattern: "+
			sessionNameSyntax)
		v.wants(len(session) >= 2, "roleSessionName", session, "have length greater than or equal to 2")
		v.wants(len(session) <= 64, "roleSessionName", session, "have length less than or equal to 64")
	}
	life := duration(&v, form, roleDuration, maxDuration)
	v.wants(utf8.RuneCountInString(form.Get("Policy")) <= maxSessionPolicy, "policy", "…",
		"have length less than or equal to "+strconv.Itoa(maxSessionPolicy))
	if err := v.refusal("ValidationError"); err != nil {
		return 0, err
	}
	switch {
	case !isRoleARN(arn):
		return 0, refuse(http.StatusBadRequest, "ValidationError", "%s is invalid", arn).
			try("RoleArn is arn:aws:iam::<account>:role/<name>")
	case keys.RoleName != "" && life > maxChained*time.Second:
		return 0, refuse(http.StatusBadRequest, "ValidationError",
			"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	return life, nil
}

func isSessionName(s string) bool {
	return regexp.MustCompile(`^` + sessionNameSyntax + `$`).MatchString(s)
}

func isRoleARN(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[3] == "" &&
		len(parts[4]) == 12 && strings.HasPrefix(parts[5], "role/")
}

// roleFor returns the role, if the caller may have it.
func (c *call) roleFor(form url.Values, keys registry.Credential) (registry.Role, error) {
	arn := form.Get("RoleArn")
	role, ok := c.registry.Role(arn)
	if !ok || role.RoleArn != arn {
		return role, c.deniedRole(arn, "").explain("there is no role %s; %s", arn, c.knownRoles()).
			try("add the role to roles, or correct RoleArn: AWS says the same of a role that does not exist and of " +
				"one that does not trust the caller")
	}
	values := policy.Values{"sts:RoleSessionName": {form.Get("RoleSessionName")},
		"aws:PrincipalArn": {c.principal}, "aws:PrincipalAccount": {c.registry.Account()}}
	if id := form.Get("ExternalId"); id != "" {
		values["sts:ExternalId"] = []string{id}
	}
	who := registry.Trustee{Kind: "AWS", Names: c.namesOf(keys)}
	if why := c.registry.Distrust(role, who, "sts:AssumeRole", values); why != "" {
		return role, c.deniedRole(arn, "").explain("the trust policy of role %s %s", role.RoleName, why).
			try("a statement of its assumeRolePolicyDocument must allow sts:AssumeRole to the Principal %s",
				c.principal)
	}
	return role, c.mayAssume(keys, role)
}

// namesOf are the names under which a trust policy may let a caller in.
func (c *call) namesOf(keys registry.Credential) []string {
	names := []string{c.principal, c.rootARN(), c.registry.Account()}
	if role, ok := c.registry.Role(keys.RoleName); ok {
		names = append(names, role.RoleArn)
	}
	return names
}

func (c *call) knownRoles() string {
	var arns []string
	for _, r := range c.registry.Roles() {
		arns = append(arns, r.RoleArn)
	}
	if len(arns) == 0 {
		return "there are none at all"
	}
	return "there are " + strings.Join(arns, ", ")
}

// sessionPolicies reads Policy and PolicyArns. packed is how full they are, ""
// if there are none.
func (c *call) sessionPolicies(form url.Values) (limits []*policy.Document, packed string, err error) {
	size := 0
	if text := form.Get("Policy"); text != "" {
		document, err := policy.Parse("Policy", []byte(text))
		if err != nil {
			return nil, "", refuse(http.StatusBadRequest, "MalformedPolicyDocument", "%v", err)
		}
		limits, size = append(limits, document), policy.Size([]byte(text))
	}
	arns := members(form, "PolicyArns", ".arn")
	if len(arns) > maxSessionARNs {
		return nil, "", refuse(http.StatusBadRequest, "ValidationError",
			"PolicyArns has %d members, the limit is %d", len(arns), maxSessionARNs)
	}
	for _, arn := range arns {
		_, name, _ := strings.Cut(arn, ":policy/")
		known, ok := c.registry.Policy(name)
		if !ok {
			return nil, "", refuse(http.StatusBadRequest, "ValidationError", "The policy %s does not exist", arn).
				try("PolicyArns name policies of this account: add %q to policies", name)
		}
		limits = append(limits, known.Default().Parsed)
	}
	if len(limits) == 0 {
		return nil, "", nil
	}
	return limits, strconv.Itoa(100 * size / maxSessionPolicy), nil
}

// noteAssumed tells what AWS would not have done.
func (c *call) noteAssumed(form url.Values, keys registry.Credential) {
	if isRoot(keys) {
		c.note("A-260", `AWS refuses the account's root: "Roles may not be assumed by root accounts."`,
			"sign with the keys of a user or a role")
	}
	for _, name := range []string{"Tags.member.1.Key", "SourceIdentity", "TokenCode"} {
		if form.Has(name) {
			name, _, _ = strings.Cut(name, ".")
			c.note("A-258", fmt.Sprintf("%s is not emulated: it changes nothing", name),
				fmt.Sprintf("leave %s out, or try what depends on it against AWS", name))
		}
	}
}
