package authn

import (
	"strings"

	"github.com/suback/suback/emulator/sigv4"
)

// What to try where a signature is wrong.
const (
	//
	hintTokenLast = "move &X-Amz-Security-Token= to the end of the URL, behind X-Amz-Signature"
	hintCompare   = "compare it with the canonical request of the client; if they are the same, the " +
		"secret keys differ"
	//
	hintEncodedTwice = "the query is percent-encoded twice: encode it once"
	//
	hintLowered = "let nothing write the signed URL in lower case: names and values count as they were signed"
	// [D-42]
	hintRegion = "sign for the endpoint's region; some libraries take it from the endpoint's name " +
		"and get it wrong"
	// [D-39]
	hintClock = "set the client's clock"
	//
	hintNewKeys = "get new temporary keys, and sign anew for each connection"
	//
	hintTokenOfOther = "send no session token with it, or the temporary keys that the token came with"
	//
	hintOverWebSocket = "connect over WebSocket to /mqtt, with a signed URL"
	//
	hintStray = "name an authorizer, or set a default one, to have it read the Authorization " +
		"header; else the gateway knows only AWS4-HMAC-SHA256"
	// [D-49]
	hintPythonV1 = "AWSIoTPythonSDK shows this as Websocket Handshake Error and nothing more"
	// [D-44]
	hintConnectDenied = "the upgrade's 101 said nothing about permissions: the IAM policy must allow " +
		"iot:Connect on client/<client id>"
	// [D-45]
	hintNoIoTPolicy = "an identity that has logged in needs an IoT policy besides its role's IAM " +
		"policy: attach one to the identity id, as with aws iot attach-policy --target"
)

// The functions below look at the case at hand.

// hintExpired tells an old URL from a clock that is slow, as far as possible.
func hintExpired(r *signedRequest) string {
	if r.Parameter("X-Amz-Expires") != "" && r.InQuery {
		return "X-Amz-Expires does not make a URL last longer: sign anew for each connection; " +
			"if this one is new, set the client's clock"
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
		return "temporary keys are known to whoever issued them: get them from this emulator's STS, " +
			"Cognito or credential provider"
	}
	return "add the keys to credentials in the configuration"
}

// hintTokenMissing is for temporary keys that came alone.
func hintTokenMissing(r *signedRequest) string {
	switch {
	case !r.InQuery:
		return "send it in the header X-Amz-Security-Token, and sign that"
	case r.AppendsToken:
		return "append &X-Amz-Security-Token= to the signed URL, percent-encoded"
	}
	return "sign it in the query, as X-Amz-Security-Token"
}

// hintToken compares session tokens.
func hintToken(sent, want string) string {
	switch {
	case sent == strings.ReplaceAll(want, "+", " "):
		return "a + in it became a space: percent-encode it once, + as %2B"
	case sigv4.Decode(sent) == want:
		return "it is percent-encoded twice: encode it once"
	case strings.TrimSpace(sent) == want:
		return "cut off the space or line break that was sent with it"
	case strings.HasPrefix(want, sent):
		return "it is cut off: only its beginning was sent"
	}
	return "send the token that came with these very keys"
}
