package sql

import (
	"context"
	"time"
)

// A Message is what a rule looks at.
type Message struct {
	Topic    string // as published, perhaps by Basic Ingest
	Payload  *Payload
	ClientID string // empty if not sent over MQTT: clientid() is n/a
	// Principal is what principal() gives: a certificate's id, role-id:session-name or a
	// user id; empty: Undefined.
	Principal  string
	TraceID    string // empty if not sent over MQTT: Undefined
	SourceIP   string // empty: Undefined
	Properties Properties
}

// Properties are what MQTT 5 has beside a payload.
type Properties struct {
	ContentType     string // empty: Undefined, as the next two
	ResponseTopic   string
	CorrelationData []byte
	FormatIndicator string // empty: UNSPECIFIED_BYTES; UTF8_DATA
	User            []Property
}

// A Property is a user property; a name may come more than once.
type Property struct{ Name, Value string }

// An External asks another service for a function's value: aws_lambda, get_thing_shadow,
// get_registry_data, get_dynamodb, get_secret or machinelearning_predict, by that name. Its
// error ends the rule, unless get_or_default is around it.
type External func(ctx context.Context, function string, args []Value) (Value, error)

// An Env is what functions ask of the world around. Of the zero Env they get nothing:
// what needs a member that is nil is Undefined, and an external function fails.
type Env struct {
	Account  string                                    // accountid()
	Now      func() time.Time                          // timestamp()
	UUID     func() string                             // newuuid()
	Random   func() float64                            // rand(), from 0 to 1
	Location func(name string) (*time.Location, error) // time zones; nil: time.LoadLocation
	External External
}

func (e *Env) location(name string) (*time.Location, error) {
	if e == nil || e.Location == nil {
		return time.LoadLocation(name)
	}
	return e.Location(name)
}
