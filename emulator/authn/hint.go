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
	//
	hintServerName = "connect to the endpoint of this account, by its name; or set region in the " +
		"configuration"
	// D-1
	hintPort443 = "custom authorizers answer on AWS's port 443 only: use the https listener, with " +
		"ALPN mqtt or over WebSocket"
	//
	hintALPN = "offer ALPN mqtt to reach custom authorizers"
	// D-4
	hintCertificateWins = "where a certificate may be sent, it decides and authorizers are not asked: leave " +
		"it out and use ALPN mqtt"
	// D-7
	hintInactive = "set its status to ACTIVE"
	// D-7
	hintNoAuthorizer = "name one with " + nameParameter + ", or set defaultAuthorizerName"
	// D-25
	hintSigned = "a SigV4 signature goes before every authorizer, default or named: leave it out to " +
		"have one asked"
	// D-24
	hintBrowser = "a page cannot set headers of a WebSocket: put the parameters into the query, or " +
		"behind a ? in the MQTT user name"
	// D-8
	hintSignature = "sign the bare token, decoded and without a line break, with the private key of one " +
		"of the public keys"
	// D-21
	hintSlow = "a cold start counts too: make the function start faster, or keep it warm"
	// D-21
	hintOwnTimeout = "raise the function's timeout; the gateway itself waits 5 s"
	// D-20
	hintNothing = "return the object: a missing return, an unawaited promise or callback(null) gives " +
		"nothing"
	//
	hintSeveralMarks = "the user name has more than one ?, and parameters begin behind the last one: write & " +
		"in the place of the others"
	// D-28
	hintString = "return the object, or its JSON text made once: no JSON.stringify or json.dumps of " +
		"what is a text already"
	// D-20
	hintShape = "AWS IoT wants {isAuthenticated, principalId, policyDocuments: [...], " +
		"refreshAfterInSeconds, disconnectAfterInSeconds}"
	// D-20
	hintBoolean = "return the boolean true"
	// D-10
	hintPrincipal = "map the name to letters and digits, such as a hash in hexadecimal; no -, _, @ or " +
		"UUID with dashes"
	//
	hintSamePrincipal = "return event.protocolData.tls.principalId as principalId"
	// D-30
	hintRegister = "register the device's certificate in this account and region, as ACTIVE, and attach a " +
		"policy to it"
	//
	hintDeviceFiles = "give the client a certificate and its private key"
	//
	hintSNI = "let the client send the endpoint's name as server name: connect to a name, not to an " +
		"address"
	// D-36
	hintPending = "so it is meant: whoever gets the event sets the certificate ACTIVE and attaches a " +
		"policy, and the device tries again"
	// D-20
	hintList = "put the policy in a list: policyDocuments: [policy]"
	//
	hintEncodedQuery = "send the URL as the signer gave it, with its = and & as they are and not as %3D and %26"
)

// The functions below look at the case at hand, and return "" if they know
// nothing.

// hintNothingNamed is for a request that has nothing like the name of an
// authorizer.
func (a *Authenticator) hintNothingNamed(r Request) (text, rule string) {
	if inBrowser(r) {
		return hintBrowser, "D-24"
	}
	if text, rule := hintForCertificate(r); text != "" {
		return hintNoAuthorizer + "; " + text, rule
	}
	return hintNoAuthorizer, "D-7"
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
		return "perhaps: event.token is there only if the authorizer has a tokenKeyName and the request that " +
			"parameter", "A-105"
	}
	return hintFailed, "A-140"
}

// hintDenied names the reasons why a function denies the right credentials.
func hintDenied(r Request) (text, rule string) {
	if r.Refresh {
		return "a refresh shows the function what the client sent at CONNECT: a token in it may have expired " +
			"meanwhile", "D-22"
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
func hintChoice(
	r *registry.Registry, d registry.DomainConfiguration, named, asked string,
) (text, rule string) {
	config := d.AuthorizerConfig
	switch {
	case config == nil:
	case named != "" && !config.AllowsOverride():
		return fmt.Sprintf("the request names another authorizer, which domain configuration %q does not allow: "+
			"%q was asked", d.DomainConfigurationName, asked), "D-25"
	case named == "" && r.DefaultAuthorizer() != "" && r.DefaultAuthorizer() != asked:
		return fmt.Sprintf("%q is the default of domain configuration %q; the account's default, %q, counts "+
			"elsewhere", asked, d.DomainConfigurationName, r.DefaultAuthorizer()), "D-25"
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
