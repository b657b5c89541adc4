package dataplane

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// POST /connections/<client id>/messages
//
//   - topic, confirmation, timeout, contentType, responseTopic in the query, headers
//     as for publishing [B-802, B-817]
//   - timeout is 1 to 15 seconds, 5 if it is not given, and only looked at with
//     confirmation [B-817]
//   - 200 when the client has acknowledged the message, without confirmation when it
//     is on its way; the body is that of publishing [B-817]
//   - the client is told which of the two policies refused [B-817]

const (
	defaultTimeout = 5  // seconds
	maxTimeout     = 15 // seconds
)

func (h *Handler) sendDirect(c *call) *answer {
	if a := h.admit(c); a != nil {
		return a
	}
	c.event.Client, c.event.Topic = c.name, c.query.Get("topic")
	asked, err := confirmation(c.query)
	c.event.Call = &asked
	if err != nil {
		return h.undelivered(c, err)
	}
	m, err := content(c.event.Topic, c)
	if err != nil {
		return h.malformed(c, err)
	}
	m.Request = c.event.TraceID
	if asked.Confirmation {
		m.QoS = 1
	}
	if err := h.Hook.SendDirect(c.Context(), c.policy, c.name, m,
		time.Duration(asked.Timeout)*time.Second); err != nil {
		return h.undelivered(c, err)
	}
	h.done(c, nil)
	return reply(http.StatusOK, "", "OK")
}

// confirmation reads what a request wants to be told. An error is a
// *hooks.DirectError.
func confirmation(query url.Values) (k trace.Call, err error) {
	if k.Confirmation, err = flag(query, "confirmation"); err != nil {
		return k, &hooks.DirectError{Reason: "INVALID_CONFIRMATION_PARAMETER"}
	}
	if !k.Confirmation {
		return k, nil
	}
	k.Timeout, err = strconv.Atoi(cmp.Or(query.Get("timeout"), strconv.Itoa(defaultTimeout)))
	if err != nil || k.Timeout < 1 || k.Timeout > maxTimeout {
		return k, &hooks.DirectError{Reason: "INVALID_TIMEOUT_PARAMETER"}
	}
	return k, nil
}

// undelivered answers and records a direct message that did not arrive.
func (h *Handler) undelivered(c *call, err error) *answer {
	why := &hooks.DirectError{Reason: "INTERNAL_SERVER_ERROR", Detail: err.Error()}
	errors.As(err, &why)
	a := directAnswers[why.Reason]
	refused := cause.Cause{Reason: why.Reason, Detail: cmp.Or(why.Detail, a.Message)}
	if c.event.Decision = why.Policy; why.Policy == nil {
		refused.Rules, refused.Hint = []string{"B-817"}, directHints[why.Reason]
	}
	return h.refuse(c, a, refused)
}

// directHints say by reason what to change, but for what a policy refuses.
var directHints = map[string]string{
	"MALFORMED_CLIENTID": "address the client by the id that it connects with: one to " +
		"128 bytes that do not begin with $",
	"INVALID_TOPIC": "write one topic of at most 256 bytes and 7 slashes, without + " +
		"and #, that does not begin with $",
	"INVALID_PROPERTIES": "write the response topic without + and #, and keep the " +
		"properties within 8192 bytes of UTF-8",
	"INVALID_TIMEOUT_PARAMETER":      "set timeout to whole seconds from 1 to 15, or leave it out",
	"INVALID_CONFIRMATION_PARAMETER": "set confirmation to true or false",
	"TARGET_CLIENT_ID_NOT_FOUND": "send while the client is connected: GET /_suback/clients " +
		"lists who is there",
	"TARGET_CLIENT_NOT_CONNECTED": "send while the client is connected: a direct message waits " +
		"for nobody, one on a topic does",
	"PACKET_TOO_LARGE": "send less, or let the client connect with a larger Maximum " +
		"Packet Size",
	"RECEIVE_SESSION_THROTTLED": "send fewer: 100 messages a second go to one connection, those " +
		"on topics counted",
	"RECEIVER_MAX_UNACKED_QOS1_EXCEEDED": "let the client acknowledge what it has got, or send without " +
		"confirmation",
	"INTERNAL_SERVER_ERROR":        "look at the program's log, which says what failed",
	"CLIENT_ENDPOINT_NOT_WRITABLE": "let the client read faster, and send again",
	"DELIVERY_CONFIRMATION_TIMEOUT": "let the client acknowledge within timeout, or set it higher, " +
		"up to 15 s",
	"DELIVERY_CONFIRMATION_SENDER_DISCONNECT": "wait for the answer as long as timeout says before the " +
		"request is given up",
}

// directAnswers are the answers by reason, with AWS's texts [B-910]; that they
// are also what the caller reads is documented for one [B-817], else a guess, as
// is the status of reasons that no status is documented for.
var directAnswers = map[string]*answer{
	"MALFORMED_CLIENTID": malformedID,
	"INVALID_TOPIC": reply(http.StatusBadRequest, "InvalidRequestException",
		"This topic isn't valid. Topics size needs to be within 256 bytes, should contain less than 9 parts, and "+
			"should not start with a dollar sign ($)"),
	"INVALID_PROPERTIES": reply(http.StatusBadRequest, "InvalidRequestException",
		"The properties of the message are not valid"),
	"INVALID_TIMEOUT_PARAMETER": reply(http.StatusBadRequest, "InvalidRequestException",
		"Invalid timeout value. Must be an integer between 1 and 15"),
	"INVALID_CONFIRMATION_PARAMETER": reply(http.StatusBadRequest, "InvalidRequestException",
		"Invalid confirmation value. Must be 'true' or 'false'"),
	"AUTHORIZATION_FAILURE": forbidden,
	"RECEIVE_AUTHORIZATION_FAILURE": reply(http.StatusForbidden, "ForbiddenException",
		"Authorization failed for the target client. Verify that your policy grants the necessary permissions"),
	"TARGET_CLIENT_ID_NOT_FOUND": reply(http.StatusNotFound, "ResourceNotFoundException",
		"The client ID is not found. Verify that the client is connected and try again"),
	"TARGET_CLIENT_NOT_CONNECTED": reply(http.StatusNotFound, "ResourceNotFoundException",
		"The target client ID is not connected, but it has an active persistent session"),
	"PACKET_TOO_LARGE": reply(http.StatusRequestEntityTooLarge,
		"RequestEntityTooLargeException", "Request entity too large"),
	"RECEIVE_SESSION_THROTTLED": reply(http.StatusTooManyRequests, "ThrottlingException",
		"The request was denied because request rate exceeded the outbound publish requests per second per "+
			"connection"),
	"RECEIVER_MAX_UNACKED_QOS1_EXCEEDED": reply(http.StatusTooManyRequests, "ThrottlingException",
		"The receiver client has reached the maximum number of unacknowledged QoS 1 messages"),
	"INTERNAL_SERVER_ERROR": reply(http.StatusInternalServerError, "InternalFailureException",
		"Internal server error"),
	"CLIENT_ENDPOINT_NOT_WRITABLE": reply(http.StatusInternalServerError, "InternalFailureException",
		"The receiver client endpoint is not writable"),
	"DELIVERY_CONFIRMATION_TIMEOUT": reply(http.StatusGatewayTimeout, "GatewayTimeoutException",
		"The delivery confirmation was not received within the specified timeout period"),
	// nobody reads it
	"DELIVERY_CONFIRMATION_SENDER_DISCONNECT": reply(http.StatusGatewayTimeout, "GatewayTimeoutException",
		"The sender disconnected before the delivery confirmation was received"),
}
