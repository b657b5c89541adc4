package learn

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// Recordings
//
// A file has a line of JSON for each record. What a line is, it tells by its members:
//
//   - a question of GET /_suback/asked, which has all that policies were asked
//   - an event of GET /_suback/trace, or of suback serve --log-format json: with enforce
//     log it has what the policy did not allow
//   - an entry of AWSIotLogsV2, of AWS itself or of suback serve --log-format cloudwatch:
//     each operation [B-901, B-903, B-905]
//
// Other lines are counted, and left out.

// maxLine is how long a line may be.
const maxLine = 16 << 20

// A Recording is what was read of a file.
type Recording struct {
	Requests []Request
	Omitted  uint64 // questions that the gateway had no room for
	Other    int    // lines that tell of no question
	Partial  bool   // there are events of the trace, which keeps what was refused alone
}

// Read reads a recording. Entries of AWS's log name no region: it is that. The error names
// the line that cannot be read.
func Read(r io.Reader, region string) (*Recording, error) {
	rec, things := &Recording{}, map[string]string{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("line %d: %w, want a record in JSON", n, err)
		}
		if l.Trace != nil {
			l = *l.Trace
		}
		rec.add(&l, region, things)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d has more than %d bytes, want a record", n+1, maxLine)
	}
	return rec, lines.Err()
}

// A line is any of the three kinds.
type line struct {
	Request // of a question; an event has some of it too

	Omitted uint64 // the last line of the questions

	Trace     *line // an event in the program's log
	Operation string
	Outcome   string
	Decision  *struct{ Name string } // of an event

	EventType     string // of an entry
	AccountID     string `json:"accountId"`
	ClientID      string `json:"clientId"`
	PrincipalID   string `json:"principalId"`
	ThingName     string `json:"thingName"`
	TopicName     string `json:"topicName"`
	Retain        string
	Subscriptions []struct {
		TopicName string `json:"topicName"`
	}
}

// UnmarshalJSON reads what of a line there is, whatever its kind: members of the same name
// may be of another type in another.
func (l *line) UnmarshalJSON(text []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	if raw := members["trace"]; raw != nil {
		l.Trace = &line{}
		return json.Unmarshal(raw, l.Trace)
	}
	type plain line
	if members["eventType"] == nil {
		delete(members, "retain")
		delete(members, "subscriptions")
	}
	kept, err := json.Marshal(members)
	if err != nil {
		return err
	}
	return json.Unmarshal(kept, (*plain)(l))
}

// add takes the questions that a line tells of.
func (rec *Recording) add(l *line, region string, things map[string]string) {
	switch {
	case l.Omitted > 0:
		rec.Omitted = l.Omitted
	case l.EventType != "":
		rec.entry(l, region, things)
	case l.Operation != "":
		rec.event(l)
	case l.Action != "":
		rec.Requests = append(rec.Requests, l.Request)
	default:
		rec.Other++
	}
}

// event is a record of the trace: its decision is what was asked.
func (rec *Recording) event(l *line) {
	r := l.Request
	switch {
	case l.Decision != nil:
		if r.Name = l.Decision.Name; r.Action == policy.SendDirectMessage {
			r.Client = "" // that of the event is whom it is for
		}
	case l.Operation == "Connect" && l.Outcome == "ALLOWED":
		r.Action, r.Name, r.Allowed = policy.Connect, r.Client, true
	default:
		rec.Other++
		return
	}
	rec.Partial = true
	rec.Requests = append(rec.Requests, r)
}

// entry is one of AWS's log.
func (rec *Recording) entry(l *line, region string, things map[string]string) {
	if l.ThingName != "" {
		things[l.ClientID] = l.ThingName
	}
	ask := func(a policy.Action, name string) {
		r := Request{Client: l.ClientID, Principal: l.PrincipalID, Action: a, Name: name, Allowed: true,
			Resource: fmt.Sprintf("arn:aws:iot:%s:%s:", region, l.AccountID)}
		if thing := things[l.ClientID]; thing != "" {
			r.Values = policy.Values{thingName: {thing}}
		}
		rec.Requests = append(rec.Requests, r)
	}
	switch l.EventType {
	case "Connect":
		ask(policy.Connect, l.ClientID)
	case "Publish-In":
		ask(policy.Publish, l.TopicName)
		if l.Retain == "True" {
			ask(policy.RetainPublish, l.TopicName)
		}
	case "Publish-Out":
		ask(policy.Receive, l.TopicName)
	case "Subscribe":
		for _, filter := range l.filters() {
			ask(policy.Subscribe, filter)
		}
	default:
		rec.Other++
	}
}

// filters of a SUBSCRIBE: MQTT 3.1.1's stand in one text.
func (l *line) filters() (all []string) {
	if l.Subscriptions == nil {
		return strings.Split(l.TopicName, ",")
	}
	for _, s := range l.Subscriptions {
		all = append(all, s.TopicName)
	}
	return all
}
