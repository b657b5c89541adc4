package endorse

import (
	"encoding/base64"
	"encoding/json"
)

// What a token of Endorse says
//
//   - the claims in the order that tokens of the real service have them; the header
//     is in key.go
//   - what is ticked in the group; what is ticked but unknown, and request
//     parameters if none were sent, are left out [A-284, guess]

// claims of a token.
type claims struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"` // seconds since 1970, as the two below
	ID       string `json:"jti"`
	Issued   int64  `json:"iat"`
	NotUntil int64  `json:"nbf"`
	Subject  string `json:"sub"`
	Claim    claim  `json:"soracom-endorse-claim"`
}

// A claim is what is ticked in the group.
type claim struct {
	IMSI              string                     `json:"imsi,omitempty"`
	IMEI              string                     `json:"imei,omitempty"`
	MSISDN            string                     `json:"msisdn,omitempty"`
	SIMID             string                     `json:"simId,omitempty"`
	RequestParameters map[string]json.RawMessage `json:"requestParameters,omitempty"`
}

func (s *Service) claims(sim Subscriber, parameters map[string]json.RawMessage) claims {
	g := s.Config.SoracomEndorse
	now := s.Now().Unix()
	c := claims{
		Issuer: "https://soracom.io", Audience: "soracom-endorse-audience", Subject: "soracom-endorse",
		ID: tokenID(), Issued: now, NotUntil: now - 60, Expires: now + int64(g.TokenTimeoutSeconds),
	}
	ticked := g.ParametersToEndorse
	for _, p := range []struct {
		ticked bool
		to     *string
		value  string
	}{
		{ticked.IMSI, &c.Claim.IMSI, sim.IMSI}, {ticked.IMEI, &c.Claim.IMEI, sim.IMEI},
		{ticked.MSISDN, &c.Claim.MSISDN, sim.MSISDN}, {ticked.SIMID, &c.Claim.SIMID, sim.SIMID},
	} {
		if p.ticked {
			*p.to = p.value
		}
	}
	if ticked.RequestParameters {
		c.Claim.RequestParameters = parameters
	}
	return c
}

// tokenID is 22 characters.
func tokenID() string { return base64.RawURLEncoding.EncodeToString(random(16)) }
