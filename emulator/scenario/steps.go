package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/mqtttest"
)

// The steps that send packets, and what they are answered with.

func (p *player) connect(ctx context.Context, s *Connect) error {
	settings := p.filledIn(p.c.with(s.Client, s.With))
	version := cmp.Or(settings.Version, p.c.Version)
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	conn, err := p.place.Dial(ctx, s.Client, settings, cmp.Or(settings.Transport, p.c.Transport))
	want := s.Expect.of(version)
	if err != nil || want.Status != 0 || want.Word == unopened {
		return p.opened(s.Client, conn, want, err)
	}
	c := newPeer(s.Client, version.level(), conn, p.talk)
	c.names, c.quiet = p.place.Names(), p.place.Quiet()
	c.manual = settings.Acknowledge != nil && !*settings.Acknowledge
	c.first, _ = hexadecimal(settings.Bytes) // which has been checked
	p.mu.Lock()
	if old := p.peers[s.Client]; old != nil {
		p.before = append(p.before, old)
	}
	p.peers[s.Client] = c
	p.mu.Unlock()
	go c.read() // until the connection ends: drop ends it
	q := question{version: version, name: "CONNACK", yes: []byte{0}, ends: true, acks: true}
	return c.ask(ctx, settings.connect(s.Client, c.level), ofType(packets.Connack), s.Expect, q)
}

// opened judges a connection that did not open, or should not have.
func (p *player) opened(client string, conn *mqtttest.Client, want *Outcome, err error) error {
	if conn != nil {
		_ = conn.Close()
	}
	if refusal := new(mqtttest.Refusal); errors.As(err, &refusal) { // without the URL, which may be signed
		err = refusal
		p.talk.add(client, "<", refusal.Error())
	}
	return want.unopened(err)
}

// ask sends a packet and judges what comes of it.
func (c *peer) ask(
	ctx context.Context, pk packets.Packet, match func(*packets.Packet) bool, want *Outcome, q question,
) error {
	want = want.of(q.version)
	if err := c.write(pk); err != nil {
		select { // what is written into a connection that ends is lost, and the end is what counts
		case <-c.done:
		case <-ctx.Done():
			return err
		}
	}
	if want.Word == silent {
		return c.staysSilent(ctx, match, q)
	}
	_, closes := want.wanted(q)
	if !q.acks && !closes {
		return nil
	}
	if problem := want.judge(q, c.replies(ctx, match)); problem != "" {
		return fmt.Errorf("%s", problem)
	}
	return nil
}

// staysSilent proves that there is no answer: PINGREQ is answered, and nothing came before.
func (c *peer) staysSilent(ctx context.Context, match func(*packets.Packet) bool, q question) error {
	if err := c.ping(ctx); err != nil {
		return err
	}
	c.linger(ctx)
	if pk, ok := c.take(done(), match); ok {
		return fmt.Errorf("got %s, want no %s", described(&pk), q.name)
	}
	return nil
}

func (p *player) subscribe(ctx context.Context, s *Subscribe) error {
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	qos := byte(1)
	if s.QoS != nil {
		qos = *s.QoS
	}
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}, PacketID: c.next()}
	q := question{version: version(c.level), name: "SUBACK", acks: true}
	for _, f := range s.filters() {
		pk.Filters = append(pk.Filters, packets.Subscription{Filter: f, Qos: qos, NoLocal: s.NoLocal,
			RetainHandling: s.RetainHandling, RetainAsPublished: s.RetainAsPublished, Identifier: s.Identifier})
		q.yes = append(q.yes, qos)
	}
	if s.Identifier > 0 {
		pk.Properties.SubscriptionIdentifier = []int{s.Identifier}
	}
	return c.ask(ctx, pk, answering(packets.Suback, pk.PacketID), s.Expect, q)
}

func (p *player) unsubscribe(ctx context.Context, s *Subscribe) error {
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Unsubscribe, Qos: 1}, PacketID: c.next()}
	q := question{version: version(c.level), name: "UNSUBACK", acks: true}
	for _, f := range s.filters() {
		pk.Filters = append(pk.Filters, packets.Subscription{Filter: f})
		if c.level == 5 {
			q.yes = append(q.yes, 0)
		}
	}
	return c.ask(ctx, pk, answering(packets.Unsuback, pk.PacketID), s.Expect, q)
}

func (p *player) publish(ctx context.Context, s *Publish) error {
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	for range max(s.Times, 1) {
		header := packets.FixedHeader{Type: packets.Publish, Qos: s.qos(), Retain: s.Retain}
		pk := packets.Packet{FixedHeader: header, TopicName: s.Topic, Payload: s.bytes()}
		if c.level == 5 {
			pk.Properties = s.Properties.packet()
			pk.Properties.TopicAlias, pk.Properties.TopicAliasFlag = s.TopicAlias, s.TopicAlias > 0
		}
		q := question{version: version(c.level), name: "PUBACK", yes: []byte{0}, ends: s.qos() == 0,
			acks: s.qos() > 0}
		if q.acks {
			pk.PacketID = c.next()
		}
		if err := c.ask(ctx, pk, answering(packets.Puback, pk.PacketID), s.Expect, q); err != nil {
			return &failure{text: err.Error(), client: s.Client, topic: s.Topic}
		}
	}
	return nil
}

func version(level byte) Version {
	if level == 5 {
		return V5
	}
	return V3
}

func (p *player) disconnect(ctx context.Context, s *Disconnect) error {
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.mine = true
	c.mu.Unlock()
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Disconnect}}
	if c.level == 5 {
		pk.ReasonCode = s.Code
		if s.SessionExpiry != nil {
			pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = *s.SessionExpiry, true
		}
	}
	if err := c.write(pk); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	c.over(ctx)
	c.drop()
	return nil
}

func (p *player) drop(s *Named) error {
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	p.talk.add(s.Client, ">", "drops the connection")
	c.drop()
	return nil
}

func (p *player) ping(ctx context.Context, name string) error {
	c, err := p.peer(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	return c.ping(ctx)
}

func (p *player) send(s *Send) error {
	c, err := p.peer(s.Client)
	if err != nil {
		return err
	}
	raw, err := s.raw()
	if err != nil {
		return err
	}
	p.talk.add(s.Client, ">", fmt.Sprintf("% x", raw))
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.conn.Send(raw); err != nil && !c.isOver() {
		return err
	}
	return nil
}
