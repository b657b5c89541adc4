package authn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/registry"
)

// What to try, by the number of the mistake in the catalogue, D-1 to D-53.
const (
	hintServerName      = "connect to the endpoint of this account, by its name; or set region in the configuration"
	hintPort443         = "custom authorizers answer on AWS's port 443 only: use the https listener, with ALPN mqtt or over WebSocket"            // D-1
	hintALPN            = "offer ALPN mqtt to reach custom authorizers"
	hintCertificateWins = "where a certificate may be sent, it decides and authorizers are not asked: leave it out and use ALPN mqtt"             // D-4
	hintInactive        = "set its status to ACTIVE"                                                                                              // D-7
	hintNoAuthorizer    = "name one with " + nameParameter + ", or set defaultAuthorizerName"                                                     // D-7
	hintSigned          = "a SigV4 signature goes before every authorizer, default or named: leave it out to have one asked"                      // D-25
	hintBrowser         = "a page cannot set headers of a WebSocket: put the parameters into the query, or behind a ? in the MQTT user name"      // D-24
	hintSignature       = "sign the bare token, decoded and without a line break, with the private key of one of the public keys"                 // D-8
	hintSlow            = "a cold start counts too: make the function start faster, or keep it warm"                                              // D-21
	hintOwnTimeout      = "raise the function's timeout; the gateway itself waits 5 s"                                                            // D-21
	hintNothing         = "return the object: a missing return, an unawaited promise or callback(null) gives nothing"                             // D-20
	hintSeveralMarks    = "the user name has more than one ?, and parameters begin behind the last one: write & in the place of the others"
	hintString          = "return the object, or its JSON text made once: no JSON.stringify or json.dumps of what is a text already"              // D-28
	hintShape           = "AWS IoT wants {isAuthenticated, principalId, policyDocuments: [...], refreshAfterInSeconds, disconnectAfterInSeconds}" // D-20
	hintBoolean         = "return the boolean true"                                                                                               // D-20
	hintPrincipal       = "map the name to letters and digits, such as a hash in hexadecimal; no -, _, @ or UUID with dashes"                     // D-10
	hintSamePrincipal   = "return event.protocolData.tls.principalId as principalId"
	hintRegister        = "register the device's certificate in this account and region, as ACTIVE, and attach a policy to it"                    // D-30
	hintDeviceFiles     = "give the client a certificate and its private key"
	hintSNI             = "let the client send the endpoint's name as server name: connect to a name, not to an address"
	hintPending         = "so it is meant: whoever gets the event sets the certificate ACTIVE and attaches a policy, and the device tries again"  // D-36
	hintList            = "put the policy in a list: policyDocuments: [policy]"                                                                   // D-20
)

// What to try where a signature is wrong.
const (
	hintTokenSigned     = "sign without the session token and append it afterwards, percent-encoded; libraries may take it from AWS_SESSION_TOKEN by themselves"                    // D-38, D-43
	hintTokenLast       = "move &X-Amz-Security-Token= to the end of the URL, behind X-Amz-Signature"
	hintTokenUnsigned   = "this API wants the session token signed like the rest of the query; only the device gateway wants it appended"
	hintHost            = "sign the host as the Host header has it; to AWS send neither :443 nor another port, and let no proxy change it"                                          // D-41
	hintURL             = "sign the bare host name: no wss://, no path"                                                                                                             // D-48
	hintPath            = "sign the path that is requested, /mqtt for WebSocket"
	hintPathOnce        = "SigV4 wants what is percent-encoded in the path encoded once more: %2F is signed as %252F; or send the topic's / as it is"
	hintPayload         = "sign the SHA-256 of the body; of a WebSocket's, which is empty, it is e3b0c442…b855"
	hintExpiresUnsigned = "sign X-Amz-Expires with the rest of the query, or leave it out: it counts for nothing"
	hintParameters      = "sign the whole query, and append nothing to it but X-Amz-Signature and X-Amz-Security-Token"
	hintSort            = "sort the query by name before it is signed"
	hintEncode          = "percent-encode names and values before they are signed, / as %2F"
	hintKeyScope        = "make the signing key of the same day, region and service as X-Amz-Credential has"                                                                        // D-42, D-50
	hintNoSecret        = "set the secret key; Cognito's GetCredentialsForIdentity names it SecretKey, not SecretAccessKey"                                                         // D-46
	hintSpace           = "cut off the space or line break that came with the secret key"                                                                                           //
	hintCompare         = "compare it with the canonical request of the client; if they are the same, the secret keys differ"                                                       //
	hintEncodedQuery    = "send the URL as the signer gave it, with its = and & as they are and not as %3D and %26"
	hintEncodedTwice    = "the query is percent-encoded twice: encode it once"
	hintRegion          = "sign for the endpoint's region; some libraries take it from the endpoint's name and get it wrong"                                                        // D-42
	hintClock           = "set the client's clock"                                                                                                                                  // D-39
	hintNewKeys         = "get new temporary keys, and sign anew for each connection"
	hintTokenOfOther    = "send no session token with it, or the temporary keys that the token came with"
	hintOverWebSocket   = "connect over WebSocket to /mqtt, with a signed URL"
	hintStray           = "name an authorizer, or set a default one, to have it read the Authorization header; else the gateway knows only AWS4-HMAC-SHA256"
	hintPythonV1        = "AWSIoTPythonSDK shows this as Websocket Handshake Error and nothing more"                                                                                // D-49
	hintConnectDenied   = "the upgrade's 101 said nothing about permissions: the IAM policy must allow iot:Connect on client/<client id>"                                           // D-44
	hintNoIoTPolicy     = "an identity that has logged in needs an IoT policy besides its role's IAM policy: attach one to the identity id, as with aws iot attach-policy --target" // D-45
)

// The functions below look at the case at hand, and return "" if they know
// nothing.

// hintNothingNamed is for a request that has nothing like the name of an
// authorizer.
func (a *Authenticator) hintNothingNamed(r Request) (text, rule string) {
	if inBrowser(r) {
		return hintBrowser, "D-24"
	}
	text, rule = hintForCertificate(r)
	if text != "" {
		text = "; " + text
	}
	return hintNoAuthorizer + text, rule
}

// hintUnknownAuthorizer looks for what the client may have meant [D-7].
func hintUnknownAuthorizer(r *registry.Registry, name string) (text, rule string) {
	if strings.HasPrefix(name, "arn:") {
		return "give the authorizer's name, not its ARN", "D-7"
	}
	var names []string
	for _, a := range r.Authorizers() {
		names = append(names, a.AuthorizerName)
	}
	if text := hintValue(name, names); text != "" {
		return text, "D-7"
	}
	switch meant := near.Name(name, names); {
	case meant != "":
		return fmt.Sprintf("is %q meant? Names count with their case", meant), "D-7"
	case len(names) == 0:
		return fmt.Sprintf("account %s has no authorizer in %s", r.Account(), r.Region()), "D-7"
	}
	return fmt.Sprintf("account %s has in %s: %s", r.Account(), r.Region(), strings.Join(names, ", ")), "D-7"
}

// hintUnknownFunction looks for the function the authorizer may mean.
func hintUnknownFunction(r *registry.Registry, arn string) (text, rule string) {
	name := functionName(arn)
	if f, ok := r.Function(name); ok {
		return fmt.Sprintf("function %q is %s: region or account differ", name, f.FunctionArn), "D-7"
	}
	var names []string
	for _, f := range r.Functions() {
		names = append(names, f.FunctionName)
	}
	if meant := near.Name(name, names); meant != "" {
		return fmt.Sprintf("is function %q meant?", meant), "D-7"
	}
	return "add the function to the configuration, or correct authorizerFunctionArn", "D-7"
}

// functionName is the name in a function's ARN.
func functionName(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) >= 7 {
		return parts[6]
	}
	return arn
}

// hintPermission shows the permission that is missing, and the one that comes
// nearest [D-6].
func hintPermission(f registry.Function, source string) (text, rule string) {
	text = fmt.Sprintf("want principal iot.amazonaws.com, action lambda:InvokeFunction, source ARN %s", source)
	for _, p := range f.Permissions {
		if p.Principal == "iot.amazonaws.com" {
			text += fmt.Sprintf("; there is %s for source ARN %q, account %q", p.Action, p.SourceArn, p.SourceAccount)
		}
	}
	return text, "D-6"
}

// hintFault guesses which part of the event a function missed. It goes by
// words of the error message, so it says "perhaps".
func hintFault(r Request, fault *lambda.FunctionError) (text, rule string) {
	message := strings.ToLower(fault.Message)
	mentions := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(message, w) })
	}
	switch {
	case !hasMQTT(r.Facts) && mentions("mqtt", "username", "password", "clientid"):
		return "perhaps: an HTTPS publish has no protocolData.mqtt", "D-15"
	case r.Facts.HTTP == nil && mentions("http", "querystring", "headers"):
		return "perhaps: MQTT without WebSocket has no protocolData.http", "D-16"
	case hasMQTT(r.Facts) && r.Password == nil && mentions("password", "received undefined", "nonetype"):
		return "perhaps: the client sent no password, so protocolData.mqtt.password is left out", "A-113"
	case hasMQTT(r.Facts) && r.Username == nil && mentions("username", "nonetype"):
		return "perhaps: the client sent no user name, so protocolData.mqtt.username is left out", "A-101"
	case mentions("token"):
		return "perhaps: event.token is there only if the authorizer has a tokenKeyName and the request that parameter", "A-105"
	}
	return hintFailed, "A-140"
}

// hintDenied names the reasons why a function denies the right credentials.
func hintDenied(r Request) (text, rule string) {
	if r.Refresh {
		return "a refresh shows the function what the client sent at CONNECT: a token in it may have expired meanwhile", "D-22"
	}
	if _, ok := usernameQuery(r.Username); ok {
		return "if the credentials are right: the user name the function sees includes all from the ? on", "D-18"
	}
	if r.Password != nil && hasMQTT(r.Facts) {
		return "if the credentials are right: the password the function sees is base64, decode it once", "D-17"
	}
	if r.Username == nil && inBrowser(r) {
		return hintBrowser, "D-24"
	}
	return hintRefused, "A-121"
}

// hintChoice says why another authorizer may have been expected than the one
// that said no [D-25].
func hintChoice(r *registry.Registry, d registry.DomainConfiguration, named, asked string) (text, rule string) {
	config := d.AuthorizerConfig
	switch {
	case config == nil:
	case named != "" && !config.AllowsOverride():
		return fmt.Sprintf("the request names another authorizer, which domain configuration %q does not allow: %q was asked", d.DomainConfigurationName, asked), "D-25"
	case named == "" && r.DefaultAuthorizer() != "" && r.DefaultAuthorizer() != asked:
		return fmt.Sprintf("%q is the default of domain configuration %q; the account's default, %q, counts elsewhere", asked, d.DomainConfigurationName, r.DefaultAuthorizer()), "D-25"
	}
	return "", ""
}

// hintSpelling is for a member whose name is nearly right.
func hintSpelling(got, want string) (text, rule string) {
	return fmt.Sprintf("the answer has %q, want %q", got, want), "D-20"
}

// hintInsteadOf is for a request that names an authorizer too.
func hintInsteadOf(r Request) (text, rule string) {
	if params, err := readParameters(r); err == nil && params.get(nameParameter) != "" {
		return hintSigned, "D-25"
	}
	return "", ""
}

// hintExpired tells an old URL from a clock that is slow, as far as possible.
func hintExpired(r *signedRequest) string {
	if find(parseQuery(r.RawQuery), "X-Amz-Expires") != "" && r.inQuery {
		return "X-Amz-Expires does not make a URL last longer: sign anew for each connection; if this one is new, set the client's clock"
	}
	return "sign anew for each connection; if this signature is new, set the client's clock"
}

// hintService says what to sign for.
func hintService(got, want string) string {
	text := "sign for service " + want
	if want == gatewayServices[0] {
		text += ", or iotdata as the SDKs' data plane clients do"
	}
	switch got {
	case "iot":
		text += "; iot is the control plane's, which has another endpoint"
	case "execute-api":
		text += "; execute-api is what SDKs sign for where they do not know the endpoint's name"
	}
	return text
}

// hintUnknownKey guesses where unknown keys come from.
func hintUnknownKey(id string) string {
	switch {
	case len(id) == 40:
		return "a secret key has 40 characters: are access key id and secret key swapped?"
	case strings.HasPrefix(id, "ASIA"):
		return "temporary keys are known to whoever issued them: get them from this emulator's STS, Cognito or credential provider"
	}
	return "add the keys to credentials in the configuration"
}

// hintTokenMissing is for temporary keys that came alone.
func hintTokenMissing(r *signedRequest) string {
	switch {
	case !r.inQuery:
		return "send it in the header X-Amz-Security-Token, and sign that"
	case r.omitsToken():
		return "append &X-Amz-Security-Token= to the signed URL, percent-encoded"
	}
	return "sign it in the query, as X-Amz-Security-Token"
}

// hintToken compares session tokens.
func hintToken(sent, want string) string {
	switch {
	case sent == strings.ReplaceAll(want, "+", " "):
		return "a + in it became a space: percent-encode it once, + as %2B"
	case decode(sent) == want:
		return "it is percent-encoded twice: encode it once"
	case strings.TrimSpace(sent) == want:
		return "cut off the space or line break that was sent with it"
	case strings.HasPrefix(want, sent):
		return "it is cut off: only its beginning was sent"
	}
	return "send the token that came with these very keys"
}
