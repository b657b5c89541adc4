package shadow

import "fmt"

// A Request is what somebody asks of a shadow.
type Request struct {
	ID      ID
	Op      Op
	Payload []byte
	Busy    bool // too many of its client are on their way: it is answered with 429 [S-77]
}

// An Outcome is what has become of a request.
type Outcome struct {
	Request Request
	Refusal *Refusal // nil: it was accepted
	Answer  []byte   // JSON: what is accepted, or the rejection

	// Messages are what is to be published, in this order: for one that was accepted first
	// the answer, then delta and documents [S-58]; for one that was not, the answer.
	Messages []Message

	Before, After int64  // versions; 0: there was none, there is none
	Delta         []byte // state that differs, after an update; nil for none

	room [3]Message // of Messages
}

// A Message is what is to be published.
type Message struct {
	Topic   string
	Payload []byte
}

// Do does what a request asks for, and calls publish when it is done and written, before
// the next request for the same shadow is looked at. It must not ask for a shadow.
func (s *Shadows) Do(r Request, publish func(*Outcome)) *Outcome {
	on := s.desk()
	defer s.clear(on)
	out := &Outcome{Request: r}
	s.perform(on, out, publish)
	return out
}

// Serve is Do for whoever needs the outcome no longer than publish does.
func (s *Shadows) Serve(r Request, publish func(*Outcome)) {
	on := s.desk()
	defer s.clear(on)
	on.outcome.Request = r
	s.perform(on, &on.outcome, publish)
}

func (s *Shadows) perform(on *desk, out *Outcome, publish func(*Outcome)) {
	id := out.Request.ID
	defer s.turn(id).Unlock()
	if why := s.do(on, out, s.seconds()); why != nil {
		out.Refusal, out.Answer = why, why.rejected()
		out.say(id.Topic(out.Request.Op)+"/rejected", out.Answer)
	}
	if publish != nil {
		publish(out)
	}
}

func (s *Shadows) do(on *desk, out *Outcome, at int64) *Refusal {
	r := &out.Request
	if why := r.ID.Check(); why != nil {
		return why
	}
	if why := s.tooOften(r); why != nil {
		if u, _ := on.parse(r.Payload, at); u != nil {
			why.token = tokenOf(u)
		}
		return why
	}
	if r.Op == Update {
		return s.update(on, out, at)
	}
	token, why := on.parseToken(r.Payload)
	if why != nil {
		return why
	}
	e := s.find(r.ID)
	d := e.decoded(on)
	switch {
	case d == nil:
		why = noShadow(r.ID, r.Op)
	case r.Op == Get:
		out.Before, out.After = d.version, d.version
		out.accept(d.got(at, token, on))
		return nil
	default:
		if why = s.change(r.ID, e, &entry{version: d.version + 1, deleted: at}); why == nil {
			out.Before = d.version
			out.accept(deleted(d.version, at, token)) // [S-60, S-61]
			return nil
		}
	}
	why.token = token
	return why
}

// update does an update [S-20 to S-58].
func (s *Shadows) update(on *desk, out *Outcome, at int64) *Refusal {
	id := out.Request.ID
	u, why := on.parseUpdate(out.Request.Payload, at)
	if why != nil {
		return why
	}
	e := s.find(id)
	old := e.decoded(on)
	d := updated(old, u, e.nextVersion(at), at)
	kept := ""
	if why = u.checkVersion(id, old); why == nil {
		kept = d.encode(on)
		why = d.check()
	}
	if why == nil {
		why = s.change(id, e, &entry{document: kept, version: d.version})
	}
	if why != nil {
		why.token = u.token
		return why
	}
	if old != nil {
		out.Before = old.version
	}
	out.After = d.version
	topic := id.Topic(Update)
	out.Answer = u.accepted(d)
	out.say(topic+"/accepted", out.Answer)
	if differs := on.delta(d.desired, d.reported); differs != nil {
		out.Delta = differs.appendValue(nil)
		out.say(topic+"/delta", deltaOf(d, differs, u.token))
	}
	out.say(topic+"/documents", documents(old, d, u.token))
	return nil
}

func (out *Outcome) accept(answer []byte) {
	out.Answer = answer
	out.say(out.Request.ID.Topic(out.Request.Op)+"/accepted", answer)
}

// say adds a message to those that are to be published.
func (out *Outcome) say(topic string, payload []byte) {
	if out.Messages == nil {
		out.Messages = out.room[:0]
	}
	out.Messages = append(out.Messages, Message{topic, payload})
}

// checkVersion compares the version that an update is for with that of the document, nil
// if there is none [S-25; S-26, guess].
func (u *update) checkVersion(id ID, old *document) *Refusal {
	if u.version == nil {
		return nil
	}
	switch n, _ := count(u.version.text); { // parseUpdate has looked at it
	case old == nil && n != 1:
		return invalidVersion(fmt.Sprintf("there is no shadow %s yet, and the request is for version %s", id, u.version.text),
			"leave version out of the update that makes a shadow, or send 1", "S-26")
	case old != nil && n != old.version:
		return conflict(id, u.version.text, old.version)
	}
	return nil
}
