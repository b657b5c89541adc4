package authn

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/suback/suback/emulator/transport"
)

// The event a function receives
//
//   - what does not apply is left out, never null
//   - protocols and protocolData: tls, mqtt for MQTT; tls, http, mqtt for
//     WebSocket; tls, http for an HTTPS publish
//   - tls is there on the plain listeners too, which AWS does not have; without
//     SNI it is empty [A-107, guess]
//   - headers keep the casing received [A-109, guess]; several of one name are
//     joined with a comma [guess: nothing is published]
//   - the query is as sent, without its ? [A-108, spec/README]
//   - the user name is complete, with its parameters
//   - the password is in standard base64
//   - CUSTOM_AUTH_X509 adds the certificate and its id to tls

// Members appear in the order of the fields.
type event struct {
	Token              string             `json:"token,omitempty"`
	SignatureVerified  bool               `json:"signatureVerified"`
	Protocols          []string           `json:"protocols"`
	ProtocolData       protocolData       `json:"protocolData"`
	ConnectionMetadata connectionMetadata `json:"connectionMetadata"`
}

type protocolData struct {
	TLS  tlsData   `json:"tls"`
	HTTP *httpData `json:"http,omitempty"`
	MQTT *mqttData `json:"mqtt,omitempty"`
}

type tlsData struct {
	ServerName     string `json:"serverName,omitempty"`
	CertificatePem string `json:"x509CertificatePem,omitempty"`
	PrincipalID    string `json:"principalId,omitempty"`
}

type httpData struct {
	Headers     map[string]string `json:"headers,omitempty"` // sorted by name
	QueryString string            `json:"queryString,omitempty"`
}

type mqttData struct {
	Username *string `json:"username,omitempty"` // may be "" [A-114, guess]
	Password *string `json:"password,omitempty"`
	ClientID string  `json:"clientId,omitempty"`
}

type connectionMetadata struct {
	ID string `json:"id"`
}

// buildEvent returns the event for the authorizer's function: compact JSON.
func buildEvent(r Request, t token) []byte {
	e := event{
		Token:              t.text,
		SignatureVerified:  t.verified,
		Protocols:          []string{"tls"},
		ProtocolData:       protocolData{TLS: tlsData{ServerName: r.Facts.ServerName}},
		ConnectionMetadata: connectionMetadata{r.ConnectionID},
	}
	if r.principal != "" {
		e.ProtocolData.TLS.CertificatePem, e.ProtocolData.TLS.PrincipalID =
			pemOf(r.Facts.PeerCertificates[0]), r.principal
	}
	if h := r.Facts.HTTP; h != nil {
		e.Protocols = append(e.Protocols, "http")
		e.ProtocolData.HTTP = &httpData{joinHeaders(h.Header), h.RawQuery}
	}
	if hasMQTT(r.Facts) {
		e.Protocols = append(e.Protocols, "mqtt")
		e.ProtocolData.MQTT = &mqttData{r.Username, encodePassword(r.Password), r.ClientID}
	}
	return marshal(e)
}

// hasMQTT tells MQTT from an HTTPS publish, which is a POST; a WebSocket begins
// with a GET.
func hasMQTT(f *transport.Facts) bool {
	return f.HTTP == nil || f.HTTP.Method == "GET"
}

func joinHeaders(fields []transport.Field) map[string]string {
	headers := make(map[string]string, len(fields))
	spelling := make(map[string]string, len(fields)) // lower case to first spelling
	for _, f := range fields {
		lower := strings.ToLower(f.Name)
		if name, ok := spelling[lower]; ok {
			headers[name] += "," + f.Value
			continue
		}
		spelling[lower] = f.Name
		headers[f.Name] = f.Value
	}
	return headers
}

func encodePassword(password []byte) *string {
	if password == nil {
		return nil
	}
	s := base64.StdEncoding.EncodeToString(password)
	return &s
}

// marshal is json.Marshal without its HTML escapes: a & in a query stays a &.
func marshal(e any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		panic(err) // no strings, lists, maps and booleans fail to encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
