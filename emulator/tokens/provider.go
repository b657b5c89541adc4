package tokens

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// The credential provider of AWS IoT
//
//   - GET /role-aliases/<alias>/credentials with a client certificate
//   - in this order: 403 "Certificate is invalid on this endpoint", 403 "Invalid
//     thing name passed", 403 "Access Denied", 404 "Role alias does not exist", 400
//     "Unable to assume the role, or the role to assume does not exist"; measured by
//     awslabs/aws-iot-core-credential-provider-session-helper (docs/dev_notes.md)
//   - the thing of x-amzn-iot-thingname must be attached to the certificate
//   - the certificate's policies must allow iot:AssumeRoleWithCertificate on the
//     role alias
//   - the role must trust credentials.iot.amazonaws.com
//   - the keys live as long as the role alias says; the role's session is
//     called as the certificate's id [guess]
//   - they carry credentials-iot:ThingName, ThingTypeName and AwsCertificateId for
//     policies

const (
	thingNameHeader   = "x-amzn-iot-thingname"
	providerPrincipal = "credentials.iot.amazonaws.com"
)

type providerResult struct {
	Credentials providerCredentials `json:"credentials"`
}

type providerCredentials struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	SessionToken    string `json:"sessionToken"`
	Expiration      string `json:"expiration"` // ISO 8601
}

// provide answers a device.
func (c *call) provide() (any, error) {
	c.action = string(policy.AssumeRoleWithCertificate)
	alias, ok := aliasOf(c.request.URL.EscapedPath())
	if !ok {
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "Not Found").
			explain("the path is %s, want /role-aliases/<alias>/credentials",
				transport.ShownPath(c.request.URL.EscapedPath())).because("A-252").
			try("ask for /role-aliases/<alias>/credentials with the name of a role alias")
	}
	c.resource = strings.Join([]string{"arn", c.registry.Partition(), "iot", c.registry.Region(),
		c.registry.Account(), "rolealias/" + alias}, ":")
	if c.request.Method != http.MethodGet {
		return nil, refuse(http.StatusMethodNotAllowed, "MethodNotAllowedException", "Method Not Allowed").
			explain("the method is %s, want GET", c.request.Method).because("A-252").
			try("ask with GET and no body")
	}
	grant, err := c.device()
	if err != nil {
		return nil, err
	}
	return c.issue(grant, alias)
}

// device authenticates by certificate, and finds the thing that the device says
// it is.
func (c *call) device() (*authn.Grant, error) {
	facts := transport.FactsFrom(c.request.Context())
	if facts == nil || len(facts.PeerCertificates) == 0 {
		return nil, badCertificate().explain("the client sent no certificate").
			try("set the device's certificate and key, and ask the https listener under " +
				"<prefix>.credentials.iot.<region>.amazonaws.com or with ALPN x-amzn-http-ca: for other names it wants " +
				"no certificate")
	}
	asked := *facts
	asked.ALPN = "x-amzn-http-ca" // whatever was negotiated: here only the certificate counts
	thing := c.request.Header.Get(thingNameHeader)
	grant, err := c.Authenticate(c.request.Context(),
		authn.Request{Facts: &asked, ConnectionID: uuid.NewString(), ClientID: thing})
	if refused, ok := err.(*authn.Error); ok {
		r := badCertificate().explain("%s", refused.Detail)
		r.Cause = r.Because(refused.Rules...).Try(refused.Hint)
		return nil, r
	} else if err != nil {
		return nil, err
	}
	c.principal = grant.PrincipalID
	return grant, c.checkThing(grant.PrincipalID, thing)
}

func badCertificate() *refusal {
	return refuse(http.StatusForbidden, "AccessDeniedException", "Certificate is invalid on this endpoint").
		because("A-252")
}

func (c *call) checkThing(certificateID, thing string) error {
	certificate, _ := c.registry.Certificate(certificateID)
	things := c.registry.ThingsOf(certificate.CertificateArn)
	if _, ok := things[thing]; ok || thing == "" {
		return nil
	}
	return refuse(http.StatusForbidden, "AccessDeniedException", "Invalid thing name passed").because("A-252").
		explain("%s is %q, which is not attached to certificate %s", thingNameHeader, thing, certificateID).
		try("attach the certificate to the thing, or leave the header out")
}

// issue gives the keys of the role that an alias stands for.
func (c *call) issue(grant *authn.Grant, name string) (any, error) {
	if d := c.compile(grant).Explain(policy.AssumeRoleWithCertificate, name, nil); !d.Allowed {
		r := refuse(http.StatusForbidden, "AccessDeniedException", "Access Denied").
			explain("%s", d.String()).because("A-253").because(d.Hint.Rules...)
		if r.Hint = d.Hint.Text; r.Hint == "" {
			r.try("a policy of the certificate must allow %s on %s", policy.AssumeRoleWithCertificate, c.resource)
		}
		return nil, r
	}
	alias, ok := c.registry.RoleAlias(name)
	if !ok {
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "Role alias does not exist").
			because("A-253").
			try("create role alias %q with aws iot create-role-alias, or correct the path", name)
	}
	role, ok := c.registry.Role(alias.RoleArn)
	why := "does not exist"
	if ok {
		who := registry.Trustee{Kind: "Service", Names: []string{providerPrincipal}}
		why = c.registry.Distrust(role, who, "sts:AssumeRole", nil)
	}
	if why != "" {
		return nil, refuse(http.StatusBadRequest, "InvalidRequestException",
			"Unable to assume the role, or the role to assume does not exist").
			explain("role %s or its trust policy: %s", alias.RoleArn, why).because("A-253").
			try("let the role trust {\"Service\": %q} with sts:AssumeRole", providerPrincipal)
	}
	k, err := c.registry.IssueCredential(registry.Credential{
		RoleName: role.RoleName, RoleSessionName: grant.PrincipalID, Values: c.deviceValues(grant.PrincipalID),
	}, time.Duration(alias.CredentialDurationSeconds)*time.Second)
	if err != nil {
		return nil, err
	}
	return providerResult{providerCredentials{k.AccessKeyID, k.SecretAccessKey, k.SessionToken,
		k.Expiration.UTC().Format(time.RFC3339)}}, nil
}

// compile is the policy of a certificate for this request.
func (c *call) compile(grant *authn.Grant) *policy.Policy {
	values := policy.Values{}
	for key, all := range grant.Values {
		values[key] = all
	}
	if f := transport.FactsFrom(c.request.Context()); f != nil {
		values["aws:SourceIp"] = []string{f.Remote.Addr().String()}
	}
	compiled := policy.Compile(grant.Documents, c.context(values))
	for _, bound := range grant.Bounds {
		compiled = compiled.Within(policy.Compile(bound, c.context(values)))
	}
	return compiled
}

// deviceValues are the variables that the keys carry.
func (c *call) deviceValues(certificateID string) policy.Values {
	values := policy.Values{"credentials-iot:AwsCertificateId": {certificateID}}
	if name := c.request.Header.Get(thingNameHeader); name != "" {
		values["credentials-iot:ThingName"] = []string{name}
		if thing, _ := c.registry.Thing(name); thing.ThingTypeName != "" {
			values["credentials-iot:ThingTypeName"] = []string{thing.ThingTypeName}
		}
	}
	return values
}
