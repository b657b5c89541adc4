package control

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/suback/suback/emulator/authn"
)

// TestInvokeAuthorizer
//
//   - a token or signature that does not pass is an UnauthorizedException, and
//     the function is not called [A-191, guess]
//   - an answer that no device would be admitted with, and a function that fails,
//     is an InvalidResponseException
//   - isAuthenticated false is a good answer
//   - policyDocuments is an array, be it empty

type testInvokeInput struct {
	AuthorizerName string          `json:"authorizerName"`
	Token          string          `json:"token"`
	TokenSignature string          `json:"tokenSignature"`
	HTTPContext    *authn.TestHTTP `json:"httpContext"`
	MQTTContext    *authn.TestMQTT `json:"mqttContext"`
	TLSContext     *authn.TestTLS  `json:"tlsContext"`
}

type testInvokeOutput struct {
	IsAuthenticated          bool     `json:"isAuthenticated"`
	PrincipalID              string   `json:"principalId,omitempty"`
	PolicyDocuments          []string `json:"policyDocuments"`
	RefreshAfterInSeconds    int      `json:"refreshAfterInSeconds,omitempty"`
	DisconnectAfterInSeconds int      `json:"disconnectAfterInSeconds,omitempty"`
}

func (s *service) testInvokeAuthorizer(ctx context.Context, in testInvokeInput) (testInvokeOutput, error) {
	a, err := s.authorizer(in.AuthorizerName)
	if err != nil {
		return testInvokeOutput{}, err
	}
	answer, err := s.Authenticator.TestInvoke(ctx, a, authn.TestRequest{
		ConnectionID: uuid.NewString(), Token: in.Token, TokenSignature: in.TokenSignature, HTTP: in.HTTPContext,
		MQTT: in.MQTTContext, TLS: in.TLSContext,
	})
	var e *authn.Error
	switch {
	case errors.As(err, &e) && e.Reason == "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR":
		return testInvokeOutput{}, refuse("InvalidResponseException", "%s", told(e))
	case errors.As(err, &e):
		return testInvokeOutput{}, refuse(unauthorized, "%s", told(e))
	}
	return testInvokeOutput{
		answer.IsAuthenticated, answer.PrincipalID, orEmpty(answer.PolicyDocuments),
		int(answer.RefreshAfter.Seconds()), int(answer.DisconnectAfter.Seconds()),
	}, err
}

// told is what was wrong and what to do, for the person who calls.
func told(e *authn.Error) string {
	if e.Hint == "" {
		return e.Detail
	}
	return e.Detail + "; " + e.Hint
}
