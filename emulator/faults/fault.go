package faults

import (
	"fmt"
	"strings"
	"time"

	"github.com/suback/suback/emulator/topic"
)

// On is where a fault strikes.
type On string

// The places.
const (
	Client   On = "client"   // a connection, at once
	Connect  On = "connect"  // a CONNECT, before anybody is asked about it
	Publish  On = "publish"  // a client's PUBLISH
	Puback   On = "puback"   // the PUBACK of an accepted PUBLISH
	Deliver  On = "deliver"  // a message on its way to a subscriber
	Function On = "function" // a Lambda function that is invoked, an authorizer's too
	Action   On = "action"   // an action of a topic rule
	HTTP     On = "http"     // a request to one of AWS's APIs; not to the admin API

	Ping        On = "ping"        // the PINGRESP of a PINGREQ
	Suback      On = "suback"      // the SUBACK of a SUBSCRIBE
	Certificate On = "certificate" // the gateway's own, in a TLS handshake
)

// Do is what a fault does there.
type Do string

// What there is to do; see [Fault] for what goes with what.
const (
	Refuse   Do = "refuse"
	Close    Do = "close"
	Cut      Do = "cut"
	Delay    Do = "delay"
	Drop     Do = "drop"
	Reorder  Do = "reorder"
	Throttle Do = "throttle"
	Fail     Do = "fail"
	Replace  Do = "replace"
	Expire   Do = "expire"
	Rename   Do = "rename"
	Forge    Do = "forge"
)

// A Fault is a failure that is asked for:
//
//	client    close             the connection ends at once, without a packet
//	          replace           it ends as when another client connects with its id
//	          cut               nothing comes through in either direction for For, of new connections too
//	connect   refuse            as for Reason
//	          delay             by Delay
//	publish   close             the connection ends without a packet, the message is lost
//	          throttle          as over a rate: PUBACK 0x97, or no answer; the message is lost
//	          delay             by Delay, and what the client sends behind it
//	puback    drop              the message is taken, and the client does not hear of it
//	          delay             by Delay, and what is to be acknowledged behind it
//	          reorder           it comes after one of a later message, within 50 ms
//	ping      drop              there is no PINGRESP
//	suback    drop              the subscription is made, and the client does not hear of it
//	deliver   drop              the message is lost for this client
//	          delay             by Delay, and all that the client is sent behind it
//	          close             the connection ends in the middle of the packet
//	function  fail              as a function that raises an error
//	          delay             by Delay
//	action    fail              the action fails, and the rule's error action is done
//	          delay             by Delay
//	certificate  expire         it has expired
//	          rename            it is for another name
//	          forge             it is signed by nobody that is known
//	http      throttle          429 ThrottlingException
//	          fail              500 InternalFailureException
//	          delay             by Delay
type Fault struct {
	// ID tells faults of one account apart; [Set.Add] gives it.
	ID int `json:"id,omitempty"`

	On On `json:"on"`
	Do Do `json:"do"`

	// Client is a client id, or with a * at its end what it begins with. For client,
	// connect, publish, puback, ping, suback and deliver. Default any.
	Client string `json:"client,omitempty"`

	// Topic is a filter for the message's topic, with + and #. For publish, puback, deliver.
	// Default any.
	Topic string `json:"topic,omitempty"`

	Function string `json:"function,omitempty"` // its name; default any
	Rule     string `json:"rule,omitempty"`     // of the action, its name; default any
	Path     string `json:"path,omitempty"`     // of an http request, what it begins with; default any

	// ServerName is the one that the client asks for by SNI, Source its address, without port.
	// For certificate: more is not known of it at that time. Default any.
	ServerName string `json:"serverName,omitempty"`
	Source     string `json:"source,omitempty"`

	// Reason is what a CONNECT is refused for, one of [Reasons]. Default AUTHORIZATION_FAILURE.
	Reason string `json:"reason,omitempty"`

	// Delay is how late something comes, at most 10 minutes. Required for delay.
	Delay Duration `json:"delay,omitzero"`

	// For is how long a cut lasts, at most an hour. Required for cut.
	For Duration `json:"for,omitzero"`

	// Lasts is after which time it is over by itself, however often it has struck; for what is
	// asked for by who may be gone then. At most [MostLasts]; default none. Not for client: close
	// and replace are over at once, and a cut has For.
	Lasts Duration `json:"lasts,omitzero"`

	// Times is how often it strikes, 0 for until it is taken back. Default once.
	Times *int `json:"times,omitempty"`

	// Probability is that of each time that it could strike, above 0 and up to 1. Default 1.
	Probability *float64 `json:"probability,omitempty"`

	// Seed is what chance is drawn from. Default 0.
	Seed uint64 `json:"seed,omitempty"`

	// Struck is how often it has struck.
	Struck int `json:"struck"`
}

// A Duration is a [time.Duration] that JSON has as a string, like "1m30s".
type Duration time.Duration

// UnmarshalText takes what [time.ParseDuration] takes, but for no time at all.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf(`%q is no duration, want one like "500ms" or "1m30s"`, text)
	}
	if parsed == 0 { // which is that of a field that is left out
		return fmt.Errorf(`the duration is %q, want one above 0, like "500ms" or "1m30s"`, text)
	}
	*d = Duration(parsed)
	return nil
}

// MarshalText is the way back.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Said names the fault for a person, as in "fault 3 (puback drop), which was asked for".
func (f *Fault) Said() string {
	return fmt.Sprintf("fault %d (%s %s), which was asked for", f.ID, f.On, f.Do)
}

// TakeBack says how to be rid of it.
func (f *Fault) TakeBack() string {
	said := fmt.Sprintf("DELETE /_suback/faults/%d takes it back, DELETE /_suback/faults all of them", f.ID)
	if f.Lasts > 0 {
		said += fmt.Sprintf("; by itself it is over %s after it was asked for", time.Duration(f.Lasts))
	}
	return said
}

// At is where something is about to happen. What is not known there is empty.
type At struct{ Client, Topic, Function, Rule, Path, ServerName, Source string }

// Means reports whether a fault is meant for a client.
func (f *Fault) Means(client string) bool { return fitsName(f.Client, client) }

// fits reports whether a fault is meant for this place.
func (f *Fault) fits(at At) bool {
	return f.Means(at.Client) && (f.Topic == "" || topic.Matches(f.Topic, at.Topic)) &&
		(f.Function == "" || f.Function == at.Function) && (f.Rule == "" || f.Rule == at.Rule) &&
		strings.HasPrefix(at.Path, f.Path) && (f.Source == "" || f.Source == at.Source) &&
		(f.ServerName == "" || strings.EqualFold(f.ServerName, at.ServerName))
}

func fitsName(wanted, name string) bool {
	if begin, ok := strings.CutSuffix(wanted, "*"); ok {
		return strings.HasPrefix(name, begin)
	}
	return wanted == "" || wanted == name
}
