package trace

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// The CloudWatch form: an entry of the log group AWSIotLogsV2, one JSON
// object per line
//
//   - members have AWS's names and order [B-901, B-902, B-903]; what does not apply
//     is absent
//   - traceId is the request's: a Publish-In and its Publish-Outs share one, and the
//     client finds it in the reason string of the answer [B-404, B-901]
//   - Connect says what CONNECT agreed on [B-904; units guess]
//   - a SUBSCRIBE is one entry: INFO and Success if any of its filters was granted,
//     and for MQTT 5 each filter with its code [B-905]
//   - a connection ends with one Disconnect: INFO and Success if the client wanted
//     it, else ERROR and Failure with reason and details [B-908, level guess]
//   - failed authentication is a Connection.AuthNError and no Connect [B-909, A-179];
//     AWS wants it switched on, here it always comes
//   - a Ping is DEBUG [B-623, B-910], as are what a rule is about to do and what it asks
//     [B-912]; that its WHERE is not true is in no entry of AWS's [R-135, guess]
//   - notes, refreshes, what is below MQTT, SORACOM's, and temporary keys are not
//     in AWS's log

// CloudWatch returns a function for [Options.Every] that writes the entries of
// one account. An event is left out if it is below the level that min has for
// it. It holds up its caller while it writes; min may be called concurrently.
func CloudWatch(w io.Writer, account string, min func(Event) slog.Level) func(Event) {
	var mu sync.Mutex
	return func(e Event) {
		if !e.logged() || e.level() < min(e) {
			return
		}
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if encoder.Encode(newEntry(&e, account)) != nil {
			return // no member can fail
		}
		mu.Lock()
		defer mu.Unlock()
		_, _ = w.Write(line.Bytes())
	}
}

// Disabled is a level that no event has.
const Disabled slog.Level = math.MaxInt

// Level returns the level that AWS IoT's logging calls DEBUG, INFO, WARN, ERROR
// or DISABLED, and byDefault for any other name.
func Level(name string, byDefault slog.Level) slog.Level {
	switch name {
	case "DEBUG":
		return slog.LevelDebug
	case "INFO":
		return slog.LevelInfo
	case "WARN":
		return slog.LevelWarn
	case "ERROR":
		return slog.LevelError
	case "DISABLED":
		return Disabled
	}
	return byDefault
}

// logged reports whether AWS has an entry for an event.
func (e *Event) logged() bool {
	switch e.Operation {
	case Refresh, Transport, Follow, Soracom, Tokens, ListNamedShadowsForThing:
		return false
	case Disconnect:
		return e.DisconnectReason != "" // else one that says why comes later
	case RuleNotFound, RuleMatch, RuleMessageThrottled:
		return true
	}
	return e.decided() && !e.Part && e.TraceID != "" // without one, nothing had connected yet
}

// failed reports whether the entry of an event is a Failure.
func (e *Event) failed() bool {
	switch e.Operation {
	case Disconnect:
		return e.DisconnectReason != "CLIENT_INITIATED_DISCONNECT"
	case RuleMatch: // also if WHERE is not true then
		return false
	}
	return e.Outcome != Allowed
}

func (e *Event) level() slog.Level {
	switch {
	case e.failed():
		return slog.LevelError
	case e.Operation == Ping, e.Operation == StartingRuleExecution, e.Operation == FunctionExecution:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// timestamps are UTC [B-901].
const timestamp = "2006-01-02 15:04:05.000"

// An entry is one object of the log.
type entry struct {
	Timestamp          string              `json:"timestamp"`
	LogLevel           string              `json:"logLevel"`
	TraceID            string              `json:"traceId"`
	AccountID          string              `json:"accountId"`
	Status             string              `json:"status"`
	EventType          Operation           `json:"eventType"`
	Protocol           string              `json:"protocol"`
	AuthenticationType string              `json:"authenticationType,omitempty"`
	ShadowName         string              `json:"deviceShadowName,omitempty"`
	TopicName          string              `json:"topicName,omitempty"`
	Subscriptions      []entrySubscription `json:"subscriptions,omitempty"`
	ClientID           string              `json:"clientId,omitempty"`
	ThingName          string              `json:"thingName,omitempty"`
	PrincipalID        string              `json:"principalId,omitempty"`
	Confirmation       *bool               `json:"confirmation,omitempty"`
	SourceIP           string              `json:"sourceIp,omitempty"`
	SourcePort         uint16              `json:"sourcePort,omitempty"`
	TargetIP           string              `json:"targetIp,omitempty"`
	TargetPort         uint16              `json:"targetPort,omitempty"`
	ServerName         string              `json:"serverNameIndication,omitempty"`
	MaxResults         int                 `json:"maxResults,omitempty"`
	QoS                string              `json:"qos,omitempty"`
	LastModifiedDate   string              `json:"lastModifiedDate,omitempty"`
	Retain             string              `json:"retain,omitempty"`
	KeepAliveDuration  *int                `json:"keepAliveDuration,omitempty"`
	SessionExpiry      *int                `json:"sessionExpiry,omitempty"`
	CleanSession       *bool               `json:"cleanSession,omitempty"`
	Latency            *int64              `json:"latency,omitempty"`
	RequestTimestamp   string              `json:"requestTimestamp,omitempty"`
	ResponseTimestamp  string              `json:"responseTimestamp,omitempty"`
	RuleName           string              `json:"ruleName,omitempty"`
	RuleAction         string              `json:"ruleAction,omitempty"`
	Resources          map[string]string   `json:"resources,omitempty"`
	Reason             string              `json:"reason,omitempty"`
	Details            string              `json:"details,omitempty"`
	DisconnectReason   string              `json:"disconnectReason,omitempty"`
	Timeout            int                 `json:"timeout,omitempty"`
}

// An entrySubscription is a filter with the code of the SUBACK [B-905].
type entrySubscription struct {
	TopicName  string `json:"topicName"`
	ReasonCode byte   `json:"reasonCode"`
}

func newEntry(e *Event, account string) *entry {
	n := &entry{
		Timestamp: e.Time.UTC().Format(timestamp), LogLevel: e.level().String(),
		TraceID: e.TraceID, AccountID: account, Status: "Success", EventType: e.Operation,
		Protocol: "MQTT", ClientID: e.Client, PrincipalID: e.Principal,
	}
	if e.Protocol == "HTTP" {
		n.Protocol = e.Protocol
	}
	n.SourceIP, n.SourcePort = address(e.Source)
	switch e.Operation {
	case AuthNError:
		n.AuthenticationType, n.ServerName = e.Authentication, e.ServerName
		n.TargetIP, n.TargetPort = address(e.Target)
	case Connect:
		if c := e.Connection; c != nil {
			n.ThingName = c.ThingName
			n.KeepAliveDuration, n.SessionExpiry, n.CleanSession = &c.KeepAlive, &c.SessionExpiry, &c.Clean
		}
	case Subscribe:
		n.subscribe(e)
	case Ping:
		n.ping(e)
	case Unsubscribe: // without topicName [B-903]
	case GetRetainedMessage, ListRetainedMessage, DeleteConnection, GetConnection, ListSubscriptions,
		SendDirectMessage:
		n.call(e)
	case GetThingShadow, UpdateThingShadow, DeleteThingShadow:
		n.shadow(e)
	default:
		n.publish(e)
	}
	n.DisconnectReason = e.DisconnectReason
	if e.failed() {
		n.Status, n.Reason, n.Details = "Failure", e.code(), e.text()
	}
	return n
}

// shadow fills in what is about a request to a shadow: it does not say who asks [S-90].
func (n *entry) shadow(e *Event) {
	n.TopicName, n.ShadowName = e.Topic, e.Shadow
	n.ClientID, n.PrincipalID, n.SourceIP, n.SourcePort = "", "", "", 0
}

// publish fills in what is about one message.
func (n *entry) publish(e *Event) {
	n.TopicName, n.RuleName, n.RuleAction, n.Resources = e.Topic, e.RuleName, e.RuleAction, e.Resources
	if e.Retain && e.Operation == PublishIn {
		n.Retain = "True"
	}
	if e.Operation == Queued {
		n.QoS = string('0' + rune(e.QoS))
	}
}

// subscribe joins the filters and, for MQTT 5, lists them with their codes.
func (n *entry) subscribe(e *Event) {
	n.TopicName = e.Filter
	var names []string
	for _, s := range e.Subscriptions {
		names = append(names, s.Filter)
		if e.Protocol == "MQTT 5" {
			n.Subscriptions = append(n.Subscriptions, entrySubscription{s.Filter, s.Code})
		}
	}
	if names != nil {
		n.TopicName = strings.Join(names, ",")
	}
}

// ping says that the PINGRESP went out at once.
func (n *entry) ping(e *Event) {
	n.Latency = new(int64)
	n.RequestTimestamp = n.Timestamp
	n.ResponseTimestamp = n.Timestamp
}

// address splits ip:port.
func address(s string) (string, uint16) {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return "", 0
	}
	return a.Addr().Unmap().String(), a.Port()
}

// code is the reason of a failure.
func (e *Event) code() string {
	switch {
	case slices.Contains(e.Rules, "B-680"):
		return "PAYLOAD_LIMIT_EXCEEDED" // [B-680]
	case e.Operation != Disconnect:
		return e.Reason
	case e.DisconnectReason == "DUPLICATE_CLIENTID":
		return "DUPLICATE_CLIENT_ID" // [B-908]
	}
	return e.DisconnectReason
}

// text is the details of a failure: AWS's where they are known, else ours.
func (e *Event) text() string {
	if e.Operation == Queued && e.Reason == "THROTTLED" {
		return "Throttled while queueing offline message" // [B-910]
	}
	return or(texts[e.code()], or(e.Detail, endings[e.DisconnectReason]))
}

// texts are AWS's [A-175, A-178, B-680, B-908, B-909].
var texts = map[string]string{
	"AUTHORIZATION_FAILURE":                    "Authorization Failure",
	"DUPLICATE_CLIENT_ID":                      "A new connection was established with the same client ID",
	"PAYLOAD_LIMIT_EXCEEDED":                   "Message payload exceeds size limit for message type.",
	"CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR": "Custom authorizer Lambda invocation failed",
	"CUSTOM_AUTHORIZER_NOT_FOUND":              "Could not find custom authorizer",
	"CUSTOM_AUTHORIZER_PARAMETER_INVALID":      "Custom authentication parameter is invalid",
	"NOT_AUTHENTICATED":                        "The credentials provided could not be authenticated",
	"DEVICE_CERTIFICATE_INACTIVE":              "Device certificate is not active",
	"DEVICE_CERTIFICATE_NOT_REGISTERED":        "Device certificate is not registered",
	"DEVICE_CERTIFICATE_REVOKED":               "Device certificate is revoked",
	"DOMAIN_CONFIGURATION_DISABLED": "Domain configuration for the Server Name Indication (SNI) " +
		"provided is disabled",
	"DOMAIN_CONFIGURATION_INVALID":      "The endpoint type in domain configuration is invalid",
	"SECURITY_TOKEN_EXPIRED":            "The security token is expired",
	"SECURITY_TOKEN_INVALID":            "The security token included in the request is invalid",
	"SECURITY_TOKEN_SIGNATURE_MISMATCH": "Request signature does not match the signature provided",
	"SNI_MISUSED":                       "The client used an SNI that is not associated with this account",
	"INTERNAL_SERVER_ERROR":             "Internal server error",
}

// endings are details of the ends that nothing more is known of [guess].
var endings = map[string]string{
	"AUTH_ERROR":                  "The client failed to authenticate or authorization failed",
	"CONNECTION_LOST":             "The connection ended without a DISCONNECT",
	"SERVER_INITIATED_DISCONNECT": "The server ended the connection",
}
