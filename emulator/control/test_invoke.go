package control

import (
	"cmp"
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
//   - AWS's sentences are those about policies [B-114 to B-117], else how its model describes the
//     exception [guess]; what was wrong is in the trace
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
		return testInvokeOutput{}, &exception{name: "InvalidResponseException",
			message: cmp.Or(e.AWS, "The response is invalid."), why: e.Because("A-192")}
	case errors.As(err, &e):
		return testInvokeOutput{}, &exception{name: unauthorized,
			message: "You are not authorized to perform this operation.", why: e.Because("A-191")}
	}
	return testInvokeOutput{
		answer.IsAuthenticated, answer.PrincipalID, orEmpty(answer.PolicyDocuments),
		int(answer.RefreshAfter.Seconds()), int(answer.DisconnectAfter.Seconds()),
	}, err
}
