package authn

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// TestInvokeAuthorizer
//
//   - the event has what was given: a context that is empty is there and empty,
//     one that is absent is not; without any there is no protocolData [A-119,
//
//   - the password has one layer of base64 in the event
//   - the query is passed on as given
//   - with signing, token and signature are verified first
//   - it works for INACTIVE authorizers too [A-193, guess]
//   - isAuthenticated false is an answer, not a mistake; what else it says is then
//     not judged [A-188, guess]
//   - policies come back as compact JSON text

// A TestRequest is what TestInvoke calls an authorizer's function with.
type TestRequest struct {
	ConnectionID string // as in a Request

	Token, TokenSignature string // "": none

	HTTP *TestHTTP // nil: the event has no such part
	MQTT *TestMQTT
	TLS  *TestTLS
}

// TestHTTP stands for a request or an upgrade.
type TestHTTP struct {
	Headers     map[string]string `json:"headers"`
	QueryString string            `json:"queryString"`
}

// TestMQTT stands for a CONNECT.
type TestMQTT struct {
	Username *string `json:"username"` // nil: none
	Password []byte  `json:"password"` // nil: none
	ClientID string  `json:"clientId"`
}

// TestTLS stands for a handshake.
type TestTLS struct {
	ServerName string `json:"serverName"`
}

// A TestAnswer is what the function answered. If it is not authenticated, the
// rest is what could be read of the answer.
type TestAnswer struct {
	IsAuthenticated               bool
	PrincipalID                   string
	PolicyDocuments               []string // compact JSON
	RefreshAfter, DisconnectAfter time.Duration
}

type testEvent struct {
	Token              string             `json:"token,omitempty"`
	SignatureVerified  bool               `json:"signatureVerified"`
	Protocols          []string           `json:"protocols"`
	ProtocolData       *testData          `json:"protocolData,omitempty"`
	ConnectionMetadata connectionMetadata `json:"connectionMetadata"`
}

type testData struct {
	TLS  *tlsData  `json:"tls,omitempty"`
	HTTP *httpData `json:"http,omitempty"`
	MQTT *mqttData `json:"mqtt,omitempty"`
}

// TestInvoke calls an authorizer's function as for a client, and reads its answer.
// The error is an *Error; its Code is CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR if
// the function or its answer is at fault.
func (a *Authenticator) TestInvoke(
	ctx context.Context, auth registry.Authorizer, t TestRequest,
) (TestAnswer, error) {
	r := t.request()
	params := parameters{list: []parameter{{auth.TokenKeyName, t.Token}, {signatureParameter, t.TokenSignature}}}
	token, err := readToken(r, auth, params)
	if err != nil {
		return TestAnswer{}, err
	}
	secret := secrets(r, token.text, t.TokenSignature)
	answer, err := a.invoke(ctx, auth.AuthorizerFunctionArn, auth.AuthorizerArn, r,
		marshal(t.event(r, token)))
	if err == nil {
		var read TestAnswer
		if read, err = readTestAnswer(answer); err == nil {
			return read, nil
		}
	}
	e := err.(*Error)
	e.Detail = secret.hide(e.Detail)
	return TestAnswer{}, e
}

// request is the client that t stands for.
func (t TestRequest) request() Request {
	r := Request{Facts: &transport.Facts{}, ConnectionID: t.ConnectionID}
	if t.TLS != nil {
		r.Facts.ServerName = t.TLS.ServerName
	}
	if t.HTTP != nil {
		r.Facts.HTTP = &transport.HTTP{Method: "GET", RawQuery: t.HTTP.QueryString}
		for name, value := range t.HTTP.Headers {
			r.Facts.HTTP.Header = append(r.Facts.HTTP.Header, transport.Field{Name: name, Value: value})
		}
	}
	if t.MQTT != nil {
		r.ClientID, r.Username, r.Password = t.MQTT.ClientID, t.MQTT.Username, t.MQTT.Password
	}
	return r
}

func (t TestRequest) event(r Request, presented token) testEvent {
	e := testEvent{Token: presented.text, SignatureVerified: presented.verified, Protocols: []string{},
		ConnectionMetadata: connectionMetadata{r.ConnectionID}}
	var data testData
	if t.TLS != nil {
		e.Protocols, data.TLS = append(e.Protocols, "tls"), &tlsData{ServerName: t.TLS.ServerName}
	}
	if t.HTTP != nil {
		e.Protocols, data.HTTP = append(e.Protocols, "http"), &httpData{t.HTTP.Headers, t.HTTP.QueryString}
	}
	if t.MQTT != nil {
		e.Protocols, data.MQTT = append(e.Protocols, "mqtt"), &mqttData{t.MQTT.Username,
			encodePassword(t.MQTT.Password), t.MQTT.ClientID}
	}
	if data != (testData{}) {
		e.ProtocolData = &data
	}
	return e
}

// readTestAnswer judges an answer that authenticates as the gateway does.
func readTestAnswer(answer []byte) (TestAnswer, error) {
	members, err := readMembers(answer)
	if err != nil {
		return TestAnswer{}, err
	}
	if string(members["isAuthenticated"]) == "false" {
		return refusal(members), nil
	}
	g, err := parseAnswer(answer, "", nil) // no certificate
	if err != nil {
		err.(*Error).Reason = lambdaExecutionError // isAuthenticated is missing, or of another type
		return TestAnswer{}, err
	}
	return TestAnswer{true, g.PrincipalID, policyTexts(members["policyDocuments"]), g.RefreshAfter,
		g.DisconnectAfter}, nil
}

// refusal is what can be read of an answer that does not authenticate.
func refusal(members map[string]json.RawMessage) TestAnswer {
	var t TestAnswer
	t.PrincipalID, _ = readPrincipal(members["principalId"])
	if _, err := readDocuments(members, nil); err == nil {
		t.PolicyDocuments = policyTexts(members["policyDocuments"])
	}
	t.RefreshAfter, _ = readTimer(members, "refreshAfterInSeconds", 0)
	t.DisconnectAfter, _ = readTimer(members, "disconnectAfterInSeconds", 0)
	return t
}

// policyTexts are documents that have been read without an error.
func policyTexts(raw json.RawMessage) []string {
	var list []json.RawMessage
	texts := []string{}
	if json.Unmarshal(raw, &list) != nil {
		return texts
	}
	for _, document := range list {
		text := []byte(document)
		if s := ""; json.Unmarshal(document, &s) == nil {
			text = []byte(s)
		}
		var b bytes.Buffer
		if json.Compact(&b, text) == nil {
			texts = append(texts, b.String())
		}
	}
	return texts
}
