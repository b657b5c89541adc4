package sigv4

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/transport"
)

// A Mistake is one way to sign something else.
type Mistake struct {
	did   string   // as it goes on behind "the client"
	Hint  string   // what to do
	Rules []string // the rules behind it, such as "A-198"

	redo func(r *Request, right attempt) []attempt // what is signed then
}

func mistakes() []Mistake {
	return []Mistake{
		{"signed the query with its session token", hintTokenSigned,
			[]string{"D-38", "D-43", "A-198"}, tokenSigned},
		{"left the session token out of the query that it signed", hintTokenUnsigned,
			[]string{"A-198"}, tokenOmitted},
		{"signed another host", hintHost, []string{"D-41", "A-201"}, otherHosts},
		{"signed a URL as its host", hintURL, []string{"D-48"}, urlHosts},
		{"did not percent-encode the path that it signed once more", hintPathOnce,
			[]string{"A-203"}, pathOnce},
		{"signed another path", hintPath, []string{"A-39"}, otherPaths},
		{"signed another body", hintPayload, []string{"A-197"}, otherPayloads},
		{"sent the names of its parameters in another case than it signed them in", hintCase,
			[]string{"A-196"}, otherCase},
		{"left X-Amz-Expires out of what it signed", hintExpiresUnsigned, []string{"A-196"}, expiresOmitted},
		{"signed no other parameters than X-Amz-…", hintParameters, []string{"A-203"}, othersOmitted},
		{"did not sort the query that it signed", hintSort, []string{"A-203"}, unsorted},
		{"did not percent-encode the query that it signed", hintEncode,
			[]string{"A-203", "A-214"}, unencoded},
		{"made its signing key for another service", hintKeyScope, []string{"D-50"}, otherServices},
		{"made its signing key for another region", hintKeyScope, []string{"D-42"}, otherRegions},
		{"has no secret key, and signed with nothing or a word for it", hintNoSecret,
			[]string{"D-46"}, noSecrets},
		{"signed with a space or line break around its secret key", hintSpace, nil, spacedSecrets},
	}
}

// What to do, by mistake.
const (
	// [D-38, D-43]
	hintTokenSigned = "sign without the session token and append it afterwards, percent-encoded; " +
		"libraries may take it from AWS_SESSION_TOKEN by themselves"
	//
	hintTokenUnsigned = "this API wants the session token signed like the rest of the query; only the " +
		"device gateway wants it appended"
	// [D-41]
	hintHost = "sign the host as the Host header has it; to AWS send neither :443 nor another " +
		"port, and let no proxy change it"
	// [D-48]
	hintURL = "sign the bare host name: no wss://, no path"
	//
	hintPathOnce = "SigV4 wants what is percent-encoded in the path encoded once more: %2F is signed " +
		"as %252F; or send the topic's / as it is"
	//
	hintPath = "sign the path that is requested, /mqtt for WebSocket"
	//
	hintPayload = "sign the SHA-256 of the body; of a WebSocket's, which is empty, it is e3b0c442…b855"
	//
	hintCase = "send the names as they are signed and as AWS writes them, X-Amz-Signature: let nothing change " +
		"the case of the URL's letters"
	//
	hintExpiresUnsigned = "sign X-Amz-Expires with the rest of the query, or leave it out: it counts for " +
		"nothing"
	//
	hintParameters = "sign the whole query, and append nothing to it but X-Amz-Signature and " +
		"X-Amz-Security-Token"
	//
	hintSort = "sort the query by name before it is signed"
	//
	hintEncode = "percent-encode names and values before they are signed, / as %2F"
	// [D-42, D-50]
	hintKeyScope = "make the signing key of the same day, region and service as X-Amz-Credential has"
	// [D-46]
	hintNoSecret = "set the secret key; Cognito's GetCredentialsForIdentity names it SecretKey, not " +
		"SecretAccessKey"
	hintSpace = "cut off the space or line break that came with the secret key"
)

func tokenSigned(r *Request, t attempt) []attempt {
	if !r.omitsToken() || r.Token == "" {
		return nil
	}
	t.pairs = r.allPairs()
	return []attempt{t}
}

func tokenOmitted(r *Request, t attempt) []attempt {
	if !r.InQuery || r.AppendsToken || r.Token == "" {
		return nil
	}
	t.pairs = without(t.pairs, SecurityToken)
	return []attempt{t}
}

func otherHosts(_ *Request, t attempt) (all []attempt) {
	name := transport.WithoutPort(t.host)
	for _, port := range []string{":443", ":8443", ":8883", ":80"} {
		t.host = name + port
		all = append(all, t)
	}
	return all
}

func urlHosts(_ *Request, t attempt) (all []attempt) {
	host := t.host
	for _, scheme := range []string{"wss://", "https://", "ws://", "http://"} {
		for _, path := range []string{"", "/", "/mqtt"} {
			t.host = scheme + host + path
			all = append(all, t)
		}
	}
	return all
}

// pathOnce is what curl signs.
func pathOnce(r *Request, t attempt) []attempt {
	t.path = r.Path
	return []attempt{t}
}

func otherPaths(_ *Request, t attempt) (all []attempt) {
	for _, t.path = range []string{"/", "/mqtt", "", "/mqtt/", "mqtt"} {
		all = append(all, t)
	}
	return all
}

func otherPayloads(r *Request, t attempt) (all []attempt) {
	for _, t.payload = range []string{unsignedPayload, hashed(nil), "", r.sentHash()} {
		all = append(all, t)
	}
	return all
}

// otherCase has the names as AWS writes them, and all in lower case.
func otherCase(_ *Request, t attempt) []attempt {
	lower := t
	t.pairs, lower.pairs = slices.Clone(t.pairs), slices.Clone(t.pairs)
	for i, p := range t.pairs {
		lower.pairs[i].name = strings.ToLower(p.name)
		for _, name := range parameters() {
			if strings.EqualFold(name, p.name) {
				t.pairs[i].name = name
			}
		}
	}
	return []attempt{t, lower}
}

// parameters are those of a signed query but for the signature, as AWS writes them.
func parameters() []string {
	return []string{"X-Amz-Algorithm", "X-Amz-Credential", amzDate, "X-Amz-Expires", "X-Amz-SignedHeaders",
		SecurityToken}
}

func expiresOmitted(_ *Request, t attempt) []attempt {
	t.pairs = without(t.pairs, "X-Amz-Expires")
	return []attempt{t}
}

func othersOmitted(_ *Request, t attempt) []attempt {
	t.pairs = slices.DeleteFunc(slices.Clone(t.pairs), func(p queryPair) bool {
		return !strings.HasPrefix(strings.ToLower(p.name), "x-amz-")
	})
	return []attempt{t}
}

func unsorted(_ *Request, t attempt) []attempt {
	t.render = func(pairs []queryPair) string { return joinPairs(encodePairs(pairs)) }
	return []attempt{t}
}

func unencoded(_ *Request, t attempt) []attempt {
	t.render = joinPairs
	u := t
	u.render = func(pairs []queryPair) string { return joinPairs(sortPairs(pairs)) }
	return []attempt{t, u}
}

func otherServices(r *Request, t attempt) (all []attempt) {
	for _, t.keyScope.Service = range []string{"iot", "execute-api", "iotdevicegateway", "iotdata"} {
		all = append(all, t)
	}
	return all
}

func otherRegions(_ *Request, t attempt) (all []attempt) {
	for _, t.keyScope.Region = range []string{"us-east-1", "undefined", ""} {
		all = append(all, t)
	}
	return all
}

func noSecrets(_ *Request, t attempt) (all []attempt) {
	for _, t.secret = range []string{"", "undefined", "null", "None", "nil"} {
		all = append(all, t)
	}
	return all
}

func spacedSecrets(_ *Request, t attempt) (all []attempt) {
	for _, t.secret = range []string{t.secret + "\n", t.secret + " ", t.secret + "\r\n", " " + t.secret} {
		all = append(all, t)
	}
	return all
}
