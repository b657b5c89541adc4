package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// A reply is what came of a packet that was sent: an answer, a DISCONNECT, the end, or
// nothing in time.
type reply struct {
	answer, disconnect *packets.Packet
	ended              bool
}

// replies waits for an answer to come, or the end of the connection.
func (p *peer) replies(ctx context.Context, match func(*packets.Packet) bool) reply {
	var r reply
	pk, ok := p.take(ctx, match)
	if ok {
		r.answer = &pk
		if pk.FixedHeader.Type != packets.Connack || pk.ReasonCode == 0 {
			return r
		}
	}
	r.ended = p.isOver() || r.answer != nil && p.over(ctx)
	if pk, ok := p.take(done(), ofType(packets.Disconnect)); ok {
		r.disconnect = &pk
	}
	return r
}

// done is a context for who does not wait.
func done() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func (r reply) String() string {
	var parts []string
	for _, pk := range []*packets.Packet{r.answer, r.disconnect} {
		if pk != nil {
			parts = append(parts, described(pk))
		}
	}
	if r.ended {
		parts = append(parts, "the end of the connection")
	}
	if parts == nil {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// A question is what was asked: the type of its answer, and what yes and no look like.
type question struct {
	version Version
	name    string // of the answer, as SUBACK
	yes     []byte // the codes of a yes
	ends    bool   // a refusal ends the connection in MQTT 5 too
	acks    bool   // there is an answer at all
}

// of is what is wanted in a version.
func (o *Outcome) of(v Version) *Outcome {
	switch {
	case o == nil:
		return &Outcome{Word: granted}
	case v == V3 && o.V3 != nil:
		return o.V3
	case v == V5 && o.V5 != nil:
		return o.V5
	case o.Word == "" && o.Code == nil && o.Codes == nil && !o.Closed && o.Status == 0:
		bare := *o
		bare.Word = granted
		return &bare
	}
	return o
}

// wanted is the same for each word.
func (o *Outcome) wanted(q question) (codes []int, closes bool) {
	switch {
	case o.Word == granted:
		for _, c := range q.yes {
			codes = append(codes, int(c))
		}
		return codes, false
	case o.Word == refused && q.version == V3:
		return nil, true
	case o.Word == refused:
		return []int{0x87}, q.ends
	case o.Word == closed:
		return nil, true
	case o.Codes != nil:
		return o.Codes, o.Closed
	case o.Code != nil:
		return []int{*o.Code}, o.Closed || !q.acks
	}
	return nil, o.Closed
}

// says is what is wanted, in words.
func (o *Outcome) says(q question) string {
	codes, closes := o.wanted(q)
	words := make([]string, len(codes))
	for i, c := range codes {
		words[i] = code(byte(c))
	}
	with := strings.Join(words, " ")
	switch {
	case o.Word == silent:
		return "no " + q.name
	case !closes && !q.acks:
		return "nothing"
	case !closes && q.version == V3 && q.name == "PUBACK":
		return q.name
	case !closes:
		return strings.TrimRight(q.name+" "+with, " ")
	case with == "":
		return "the end of the connection"
	}
	return fmt.Sprintf("%s and the end of the connection", with)
}

// judge says what is wrong with a reply, "" for nothing.
func (o *Outcome) judge(q question, r reply) string {
	want, closes := o.wanted(q)
	wrong := fmt.Sprintf("got %s, want %s", r, o.says(q))
	last := r.answer
	if last == nil {
		last = r.disconnect
	}
	switch {
	case closes != r.ended, !closes && q.acks && r.answer == nil, closes && want == nil && r.answer != nil:
		return wrong
	case last == nil && (want == nil || !closes && !q.acks):
		return ""
	case last == nil:
		return wrong
	case o.Word == granted && q.name != "SUBACK" && succeeded(got(last)):
	case !matches(got(last), want) && (closes || q.version == V5 || last.FixedHeader.Type != packets.Puback):
		return wrong
	case o.Reason != "" && !strings.Contains(last.Properties.ReasonString, o.Reason):
		return fmt.Sprintf("got %s, want a reason string with %q", r, o.Reason)
	}
	return o.judgeConnack(last)
}

// judgeConnack looks at what only a CONNACK has.
func (o *Outcome) judgeConnack(pk *packets.Packet) string {
	p := &pk.Properties
	switch {
	case o.SessionPresent != nil && *o.SessionPresent != pk.SessionPresent:
		return fmt.Sprintf("got session present %v, want %v", pk.SessionPresent, *o.SessionPresent)
	case o.Assigned != "" && !strings.Contains(p.AssignedClientID, o.Assigned):
		return fmt.Sprintf("got the assigned client id %q, want one with %q", p.AssignedClientID, o.Assigned)
	case o.KeepAlive != nil && *o.KeepAlive != int(p.ServerKeepAlive):
		return fmt.Sprintf("got a keep alive of %d, want %d", p.ServerKeepAlive, *o.KeepAlive)
	case o.SessionExpiry != nil && *o.SessionExpiry != int(p.SessionExpiryInterval):
		return fmt.Sprintf("got a session expiry of %d, want %d", p.SessionExpiryInterval, *o.SessionExpiry)
	}
	return ""
}

// got are the codes of an answer.
func got(pk *packets.Packet) []byte {
	if t := pk.FixedHeader.Type; t == packets.Suback || t == packets.Unsuback {
		return pk.ReasonCodes
	}
	return []byte{pk.ReasonCode}
}

// succeeded: "no matching subscribers" is a yes too, which other brokers say [B-431].
func succeeded(codes []byte) bool {
	return !slices.ContainsFunc(codes, func(c byte) bool { return c >= 0x80 })
}

// matches reports whether codes are those wanted, or all the one that is.
func matches(got []byte, want []int) bool {
	if len(want) == 0 {
		return true
	}
	if len(want) != len(got) && len(want) != 1 {
		return false
	}
	for i, c := range got {
		if int(c) != want[min(i, len(want)-1)] {
			return false
		}
	}
	return true
}
