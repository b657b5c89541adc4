package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/topic"
)

// The steps that wait for messages, for the end of a connection, and for nothing.

func (p *player) expect(ctx context.Context, s *Expect) error {
	ctx, cancel := context.WithTimeout(ctx, p.within(s.Within))
	defer cancel()
	if len(s.AnyOf) > 0 {
		return p.expectAny(ctx, s)
	}
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	wanted := s.Messages
	if s.Message != nil {
		wanted = append([]*Expected{s.Message}, wanted...)
	}
	for _, w := range wanted {
		if _, ok := c.take(ctx, w.is); !ok {
			return &failure{text: c.missed(w, p.within(s.Within)), client: s.Client, topic: w.Topic}
		}
	}
	return nil
}

// is reports whether a packet is the message.
func (w *Expected) is(pk *packets.Packet) bool {
	return pk.FixedHeader.Type == packets.Publish && w.misses(pk) == ""
}

// missed says what came in place of a message.
func (c *peer) missed(w *Expected, within time.Duration) string {
	text := fmt.Sprintf("no message came to %s within %s", c.name, within)
	if c.isOver() {
		text = fmt.Sprintf("the connection of %s ended", c.name)
	}
	for _, pk := range c.messages() {
		if problem := w.misses(&pk); problem != "" {
			text = fmt.Sprintf("what came to %s is another message: %s", c.name, problem)
			if w.Topic == "" || topic.Matches(w.Topic, pk.TopicName) {
				break // the nearest
			}
		}
	}
	return text + ", want " + w.words()
}

func (w *Expected) words() string {
	var parts []string
	if w.Topic != "" {
		parts = append(parts, fmt.Sprintf("on %q", w.Topic))
	}
	if w.QoS != nil {
		parts = append(parts, fmt.Sprintf("QoS %d", *w.QoS))
	}
	if w.Payload.given {
		parts = append(parts, "payload "+shown(w.Payload.bytes))
	}
	if w.Contains.given {
		parts = append(parts, "with "+shown(w.Contains.bytes))
	}
	return strings.TrimSpace("one " + strings.Join(parts, ", "))
}

// expectAny waits until one of several clients has the message, and proves that no other has.
func (p *player) expectAny(ctx context.Context, s *Expect) error {
	w, got := s.Message, ""
	for ; got == ""; time.Sleep(time.Millisecond) {
		for _, name := range s.AnyOf {
			c, err := p.peer(name)
			if err != nil {
				return err
			}
			if _, ok := c.take(done(), w.is); ok {
				got = name
				break
			}
		}
		if got == "" && ctx.Err() != nil {
			return &failure{text: fmt.Sprintf("no message came to any of %s within %s, want %s",
				strings.Join(s.AnyOf, ", "), p.within(s.Within), w.words()), topic: w.Topic}
		}
	}
	for _, name := range s.AnyOf {
		if err := p.settle(ctx, name); err != nil {
			return err
		}
		c, err := p.peer(name)
		if err != nil {
			return err
		}
		if _, ok := c.take(done(), w.is); ok {
			return &failure{text: fmt.Sprintf("the message came to %s and to %s, want one of them", got, name),
				client: name, topic: w.Topic}
		}
	}
	return nil
}

// settle has everybody who is connected ask for an answer, a client last: what was published
// before has been passed on by then, and what was passed on has come.
func (p *player) settle(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	c, err := p.peer(name)
	if err != nil {
		return err
	}
	for _, other := range p.connected() {
		if other == c {
			continue
		}
		if err := other.ping(ctx); err != nil && !other.isOver() {
			return fmt.Errorf("%s: %w", other.name, err)
		}
	}
	if c.isOver() {
		return fmt.Errorf("the connection of %s has ended, want it open", name)
	}
	if err := c.ping(ctx); err != nil {
		return err
	}
	c.linger(ctx)
	return nil
}

func (p *player) silence(ctx context.Context, s *Silence) error {
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	if err := p.settle(ctx, s.Client); err != nil {
		return err
	}
	counts := func(pk *packets.Packet) bool {
		return pk.FixedHeader.Type == packets.Publish && (s.Topic == "" || topic.Matches(s.Topic, pk.TopicName))
	}
	wait := done()
	if s.For > 0 {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, time.Duration(s.For))
		defer cancel()
	}
	if pk, ok := c.take(wait, counts); ok {
		return &failure{text: "got " + described(&pk) + ", want silence", client: s.Client, topic: pk.TopicName}
	}
	return nil
}

func (p *player) closes(ctx context.Context, s *Close) error {
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.within(s.Within))
	defer cancel()
	if !c.over(ctx) {
		return fmt.Errorf("the connection of %s is still open after %s, want its end", s.Client, p.within(s.Within))
	}
	pk, ok := c.take(done(), ofType(packets.Disconnect))
	switch {
	case c.level != 5 || s.Code == nil && s.Reason == "":
		return nil
	case !ok:
		return fmt.Errorf("the connection of %s ended without a DISCONNECT, want %s", s.Client, s.words())
	case s.Code != nil && int(pk.ReasonCode) != *s.Code, !strings.Contains(pk.Properties.ReasonString, s.Reason):
		return fmt.Errorf("got %s, want %s", described(&pk), s.words())
	}
	return nil
}

func (s *Close) words() string {
	text := "a DISCONNECT"
	if s.Code != nil {
		text += " " + code(byte(*s.Code))
	}
	if s.Reason != "" {
		text += fmt.Sprintf(" with %q", s.Reason)
	}
	return text
}
