package trace

import "time"

// Requests of the data plane in CloudWatch's log [B-910]
//
//   - clientId is the client that a request is about, principalId who asks
//   - those about retained messages do not say who asks
//   - SendDirectMessage has its timeout only with confirmation

// A Call is what a request of the data plane asked for, or found.
type Call struct {
	MaxResults   int       `json:"maxResults,omitempty"`   // of ListSubscriptions
	Confirmation bool      `json:"confirmation,omitempty"` // of SendDirectMessage
	Timeout      int       `json:"timeout,omitempty"`      // seconds, with Confirmation
	LastModified time.Time `json:"lastModified,omitzero"`  // of the message that GetRetainedMessage found
}

// call fills in what is about a request.
func (n *entry) call(e *Event) {
	n.TopicName = e.Topic
	c := e.Call
	if c == nil {
		c = &Call{}
	}
	switch e.Operation {
	case ListSubscriptions:
		n.MaxResults = c.MaxResults
	case SendDirectMessage:
		n.Confirmation, n.Timeout = &c.Confirmation, c.Timeout
	case GetRetainedMessage, ListRetainedMessage:
		n.ClientID, n.PrincipalID, n.SourceIP, n.SourcePort = "", "", "", 0
		if !c.LastModified.IsZero() {
			n.QoS, n.LastModifiedDate = string('0'+rune(e.QoS)), c.LastModified.UTC().Format(timestamp)
		}
	}
}
