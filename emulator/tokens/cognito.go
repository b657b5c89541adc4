package tokens

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// Cognito identities
//
//   - GetId and GetCredentialsForIdentity, unsigned
//   - an identity id is <region>:<uuid>; without Logins a new one each call
//     with the same Logins the same one
//   - credentials are of the pool's role for those with Logins or for those
//     without, for an hour; the secret is called SecretKey [A-256, D-46]
//   - the role's session is called CognitoIdentityCredentials
//   - refusals are 400, worded as users have seen them

const (
	cognitoDuration = time.Hour
	cognitoSession  = "CognitoIdentityCredentials"
	cognitoFederate = "cognito-identity.amazonaws.com"
	idSyntax        = `[\w-]+:[0-9a-f-]+`
	maxID           = 55 // characters
	maxLogins       = 10
)

// cognitoOperations are those that AWS has.
func cognitoOperations() string {
	return " CreateIdentityPool DeleteIdentities DeleteIdentityPool DescribeIdentity DescribeIdentityPool " +
		"GetIdentityPoolRoles GetOpenIdToken GetOpenIdTokenForDeveloperIdentity GetPrincipalTagAttributeMap " +
		"ListIdentities " +
		"ListIdentityPools ListTagsForResource LookupDeveloperIdentity MergeDeveloperIdentities " +
		"SetIdentityPoolRoles " +
		"SetPrincipalTagAttributeMap TagResource UnlinkDeveloperIdentity UnlinkIdentity UntagResource " +
		"UpdateIdentityPool "
}

// cognito answers a call to Cognito.
func (c *call) cognito() (any, error) {
	operation := strings.TrimPrefix(c.request.Header.Get("X-Amz-Target"), cognitoTarget)
	c.action = cognitoService + ":" + operation
	switch operation {
	case "GetId":
		return answer(c, c.getID)
	case "GetCredentialsForIdentity":
		return answer(c, c.getCredentials)
	}
	if operation != "" && strings.Contains(cognitoOperations(), " "+operation+" ") {
		return nil, refuse(http.StatusNotImplemented, "NotImplementedException",
			"%s of Cognito Identity is not emulated", operation).
			try("pools are configured in identityPools; emulated are GetId and GetCredentialsForIdentity")
	}
	return nil, bad("UnknownOperationException", "").
		explain("X-Amz-Target is %q, want %sGetId or %[2]sGetCredentialsForIdentity",
			c.request.Header.Get("X-Amz-Target"), cognitoTarget).
		try("call GetId and GetCredentialsForIdentity; pools and identities are made in identityPools of the " +
			"configuration")
}

// answer reads the body for do.
func answer[Input any](c *call, do func(Input) (any, error)) (any, error) {
	var in Input
	if err := json.Unmarshal(c.body, &in); err != nil {
		return nil, bad("SerializationException", "").explain("the body is no JSON of this operation: %v", err).
			try("send the members of the operation as one JSON object, as AWS's SDKs do")
	}
	return do(in)
}

// bad is a refusal as Cognito's are.
func bad(code, format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, code, format, args...).because("A-257")
}

func notAuthorized(format string, args ...any) *refusal {
	return bad("NotAuthorizedException", format, args...)
}

type getIDInput struct {
	IdentityPoolID string `json:"IdentityPoolId"`
	Logins         logins
	AccountID      string `json:"AccountId"` // the pool knows it
}

type getIDResult struct {
	IdentityID string `json:"IdentityId"`
}

func (c *call) getID(in getIDInput) (any, error) {
	c.resource = in.IdentityPoolID
	if err := check(in.IdentityPoolID, "identityPoolId", in.Logins); err != nil {
		return nil, err
	}
	pool, ok := c.registry.IdentityPool(in.IdentityPoolID)
	if !ok {
		return nil, bad("ResourceNotFoundException", "IdentityPool '%s' not found.", in.IdentityPoolID).
			try("use the id of a pool that is configured: identityPools has %s", c.knownPools())
	}
	who, err := c.subjects(in.Logins)
	if err != nil {
		return nil, err
	}
	if len(who) == 0 && pool.UnauthenticatedRole == "" {
		return nil, unauthenticated()
	}
	identity, err := c.registry.NewIdentity(pool.IdentityPoolID, who)
	if err != nil {
		return nil, err
	}
	return getIDResult{identity.IdentityID}, nil
}

func unauthenticated() *refusal {
	return notAuthorized("Unauthenticated access is not supported for this identity pool.").because("A-217").
		try("give the pool an unauthenticatedRole, or send Logins: SDKs fall back to a call without them when a " +
			"login has failed")
}

func check(id, member string, l logins) error {
	var v invalid
	if v.wantsAny(id, member); id != "" {
		v.wants(regexp.MustCompile(`^`+idSyntax+`$`).MatchString(id), member, id,
			"satisfy regular expression pattern: "+idSyntax)
		v.wants(len(id) <= maxID, member, id, "have length less than or equal to 55")
	}
	v.wants(len(l) <= maxLogins, "logins", "…", "have length less than or equal to 10")
	for _, token := range l {
		v.wants(token != "", "logins", "…",
			"satisfy constraint: [Member must have length greater than or equal to 1]")
	}
	return v.refusal("ValidationException")
}

func (c *call) knownPools() string {
	var ids []string
	for _, p := range c.registry.IdentityPools() {
		ids = append(ids, p.IdentityPoolID)
	}
	if len(ids) == 0 {
		return "no pool at all"
	}
	return strings.Join(ids, ", ")
}

type getCredentialsInput struct {
	IdentityID    string `json:"IdentityId"`
	Logins        logins
	CustomRoleArn string
}

type getCredentialsResult struct {
	IdentityID  string `json:"IdentityId"`
	Credentials cognitoCredentials
}

// cognitoCredentials are keys in Cognito's form.
type cognitoCredentials struct {
	AccessKeyID  string `json:"AccessKeyId"`
	SecretKey    string
	SessionToken string
	Expiration   epoch
}

func (c *call) getCredentials(in getCredentialsInput) (any, error) {
	c.resource = in.IdentityID
	if err := check(in.IdentityID, "identityId", in.Logins); err != nil {
		return nil, err
	}
	identity, ok := c.registry.Identity(in.IdentityID)
	pool, alive := c.registry.IdentityPool(identity.IdentityPoolID)
	if !ok || !alive {
		return nil, bad("ResourceNotFoundException", "Identity '%s' not found.", in.IdentityID).
			try("ask GetId for an identity; those of an earlier start are gone, and SDKs that remember one must " +
				"forget it")
	}
	identity, err := c.login(identity, in.Logins)
	if err != nil {
		return nil, err
	}
	role, err := c.roleOf(pool, identity, in.CustomRoleArn)
	if err != nil {
		return nil, err
	}
	if len(identity.Logins) > 0 && len(c.registry.AttachedDocuments(identity.IdentityID)) == 0 {
		c.note("D-45", "no IoT policy is attached to the identity, so the gateway will refuse these keys "+
			"whatever the role allows",
			"attach one with aws iot attach-policy --target "+identity.IdentityID)
	}
	k, err := c.registry.IssueCredential(registry.Credential{
		RoleName: role.RoleName, RoleSessionName: cognitoSession,
		IdentityID: identity.IdentityID, IdentityPoolID: pool.IdentityPoolID,
		Authenticated: len(identity.Logins) > 0,
	}, cognitoDuration)
	if err != nil {
		return nil, err
	}
	return getCredentialsResult{identity.IdentityID,
		cognitoCredentials{k.AccessKeyID, k.SecretAccessKey, k.SessionToken, epoch(k.Expiration)}}, nil
}

// roleOf returns the role for an identity's credentials.
func (c *call) roleOf(
	pool registry.IdentityPool, identity registry.Identity, custom string,
) (registry.Role, error) {
	name, state := pool.UnauthenticatedRole, "unauthenticated"
	if len(identity.Logins) > 0 {
		name, state = pool.AuthenticatedRole, "authenticated"
		if custom != "" {
			name = custom
		}
	}
	role, ok := c.registry.Role(name)
	switch {
	case state == "unauthenticated" && custom != "": // [guess]
		return role, notAuthorized("Access to Identity '%s' is forbidden.", identity.IdentityID).
			explain("the call has a CustomRoleArn, and the identity is unauthenticated").
			try("only logins give a choice of roles: leave CustomRoleArn out")
	case state == "unauthenticated" && name == "":
		return role, unauthenticated()
	case !ok:
		return role, badPool().explain("the pool has no %sRole, or there is no role %q", state, name).
			because("A-218").
			try("set %sRole of the pool to the name of a role", state)
	}
	values := policy.Values{cognitoFederate + ":aud": {pool.IdentityPoolID}, cognitoFederate + ":amr": {state},
		cognitoFederate + ":sub": {identity.IdentityID}}
	who := registry.Trustee{Kind: "Federated", Names: []string{cognitoFederate}}
	if why := c.registry.Distrust(role, who, "sts:AssumeRoleWithWebIdentity", values); why != "" {
		return role, badPool().explain("the trust policy of role %s %s", role.RoleName, why).
			try("assumeRolePolicyDocument needs Principal {\"Federated\": %q}, Action "+
				"sts:AssumeRoleWithWebIdentity, and in conditions aud %s and amr %s", cognitoFederate,
				pool.IdentityPoolID, state)
	}
	return role, nil
}

func badPool() *refusal {
	return bad("InvalidIdentityPoolConfigurationException",
		"Invalid identity pool configuration. Check assigned IAM roles for this pool.")
}
