package advise

import (
	"context"
	"strings"
	"time"

	"github.com/suback/suback/emulator/faults"
)

// What is done to a device's messages and subscriptions

// publishes waits for a message; one that came before will do.
func publishes(ctx context.Context, b *bench) Verdict {
	b.await(ctx, "to publish", func() bool { return len(b.seen) > 0 })
	return judgePublish(b.Client, b.seen, b.Settings)
}

// tellsTime looks at what was published until now, and waits only if that is nothing.
func tellsTime(ctx context.Context, b *bench) Verdict {
	b.await(ctx, "to publish", func() bool { return len(b.seen) > 0 })
	return judgeClock(b.Client, b.seen, b.Settings)
}

// republishes keeps back the PUBACK of the next message, then has the device connect again.
func republishes(ctx context.Context, b *bench) Verdict {
	b.fault(ctx, faults.Fault{On: faults.Puback, Do: faults.Drop})
	b.awaitUntil(ctx, time.Now().Add(underWay), "", func() bool { return false }) // PUBACKs of what came before
	first := func() bool {
		_, ok := b.h.unanswered("PUBLISH", "PUBACK")
		return ok
	}
	if !b.awaitUntil(ctx, time.Now().Add(b.Resend), "to publish with QoS 1", first) {
		b.reconnect(ctx) // many do so then
		if !b.await(ctx, "to publish with QoS 1", first) {
			return judgeResend(b.Client, b.h, b.Settings)
		}
	}
	again := func() bool { return judgeResend(b.Client, b.h, b.Settings).Outcome != Failed }
	if !b.awaitUntil(ctx, time.Now().Add(b.Resend), "to publish it again", again) && b.reconnect(ctx) {
		b.awaitUntil(ctx, time.Now().Add(b.Answer), "to publish it again", again)
	}
	return judgeResend(b.Client, b.h, b.Settings)
}

// subscribes looks at what the device has subscribed to, or waits until it does.
func subscribes(ctx context.Context, b *bench) Verdict {
	var held []string
	b.poll(ctx, "to subscribe", b.ends, func() bool {
		d, err := b.gateway.device(ctx, b.Client)
		b.fail(err)
		held = d.Subscriptions
		return len(held) > 0
	})
	if len(held) == 0 {
		return notSeen("have it subscribe after it has connected; what is refused tells suback watch --client "+
			b.Client, "%s has subscribed to nothing", b.Client)
	}
	return passed("%s has subscribed to %s", b.Client, strings.Join(held, ", "))
}

// resubscribes keeps back the SUBACK of the next SUBSCRIBE, for which the device connects again.
func resubscribes(ctx context.Context, b *bench) Verdict {
	b.fault(ctx, faults.Fault{On: faults.Suback, Do: faults.Drop})
	if !b.reconnect(ctx) {
		return lostDevice(b.Client)
	}
	first := func() bool { return len(b.h.of("client", "SUBSCRIBE")) > 0 }
	if b.awaitUntil(ctx, time.Now().Add(b.Answer), "to subscribe", first) {
		b.await(ctx, "to subscribe again", func() bool {
			return judgeResubscribe(b.Client, b.h, b.Settings).Outcome != Failed
		})
	}
	return judgeResubscribe(b.Client, b.h, b.Settings)
}

// topic is one that the device hears of: as asked for, or of its subscriptions; "" if there is
// none.
func (b *bench) topic(ctx context.Context) string {
	if b.Topic != "" {
		return b.Topic
	}
	d, err := b.gateway.device(ctx, b.Client)
	b.fail(err)
	for _, filter := range d.Subscriptions {
		if !strings.HasPrefix(filter, "$") {
			return strings.NewReplacer("+", "suback", "#", "suback").Replace(filter)
		}
	}
	return ""
}

// payload is what the device is sent.
func (b *bench) payload() []byte {
	if b.Payload != "" {
		return []byte(b.Payload)
	}
	return []byte(`{"suback": "advise"}`)
}

const noTopic = "have it subscribe with QoS 1 to a topic of its own, or name one that it hears of with " +
	"--topic"

// acknowledges publishes a message for the device.
func acknowledges(ctx context.Context, b *bench) Verdict {
	topic := b.topic(ctx)
	if topic == "" {
		return notSeen(noTopic, "%s has subscribed to nothing that a message can be published to", b.Client)
	}
	b.fail(b.gateway.publish(ctx, topic, b.payload()))
	b.awaitUntil(ctx, time.Now().Add(b.Answer), "to acknowledge a message", func() bool {
		return judgeAcknowledged(b.Client, topic, b.h).Outcome == Passed
	})
	return judgeAcknowledged(b.Client, topic, b.h)
}

// resumes publishes a message while the device is away.
func resumes(ctx context.Context, b *bench) Verdict {
	topic := b.topic(ctx)
	if topic == "" {
		return notSeen(noTopic, "%s has subscribed to nothing that a message can be published to", b.Client)
	}
	away := b.fault(ctx, faults.Fault{On: faults.Connect, Do: faults.Refuse, Reason: "SERVER_ERROR",
		Times: new(0)})
	b.cutOff(ctx, faults.Close)
	b.await(ctx, "to be away", func() bool { return len(b.h.of("", "END")) > 0 })
	b.fail(b.gateway.publish(ctx, topic, b.payload()))
	b.fail(b.gateway.takeBack(ctx, away))
	if !b.await(ctx, "to reconnect", func() bool { return b.h.admitted() > 0 }) {
		return lostDevice(b.Client)
	}
	b.awaitUntil(ctx, time.Now().Add(b.Answer), "to take what has waited", func() bool {
		return b.now.Clean || judgeResumed(b.Client, topic, b.h).Outcome == Passed
	})
	b.awaitUntil(ctx, time.Now().Add(b.Quiet), "not to subscribe", func() bool {
		return b.now.Clean || judgeResumed(b.Client, topic, b.h).Outcome == Failed
	})
	return judgeResumed(b.Client, topic, b.h)
}

// shadowTopic is that of an operation on the device's shadow.
func (b *bench) shadowTopic(ctx context.Context, operation string) string {
	topic := "$aws/things/" + b.thing(ctx) + "/shadow/"
	if b.Shadow != "" {
		topic += "name/" + b.Shadow + "/"
	}
	return topic + operation
}

// thing is the name of the device's.
func (b *bench) thing(ctx context.Context) string {
	if b.Thing != "" {
		return b.Thing
	}
	d, err := b.gateway.device(ctx, b.Client)
	b.fail(err)
	if d.ThingName != "" {
		return d.ThingName
	}
	return b.Client
}

// reports has the device connect, and waits for an update of its shadow.
func reports(ctx context.Context, b *bench) Verdict {
	return b.afterConnect(ctx, "update", map[string]any{})
}

// gets has the device connect, and waits until it asks for its shadow.
func gets(ctx context.Context, b *bench) Verdict { return b.afterConnect(ctx, "get", nil) }

func (b *bench) afterConnect(ctx context.Context, operation string, reported map[string]any) Verdict {
	topic := b.shadowTopic(ctx, operation)
	if !b.reconnect(ctx) {
		return lostDevice(b.Client)
	}
	b.awaitUntil(ctx, time.Now().Add(b.Answer), "to publish to its shadow", func() bool {
		return judgeShadow(b.Client, topic, reported, b.h).Outcome == Passed
	})
	return judgeShadow(b.Client, topic, reported, b.h)
}

// updates has the shadow desire a state, and takes that back at the end.
func updates(ctx context.Context, b *bench) Verdict {
	if len(b.Desired) == 0 {
		return notSeen(`say what state it can be asked for, as --desired '{"on": true}'`,
			"it is not known what %s can be asked for", b.Client)
	}
	thing, topic := b.thing(ctx), b.shadowTopic(ctx, "update")
	before, reported, err := b.gateway.desire(ctx, thing, b.Shadow, b.Desired)
	if err != nil {
		b.fail(err)
		return Verdict{}
	}
	b.undo = append(b.undo, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearTime)
		defer cancel()
		_, _, err := b.gateway.desire(ctx, thing, b.Shadow, before)
		b.fail(err)
	})
	if contains(reported, b.Desired) {
		return notSeen("have --desired ask for something else: without a difference there is no delta",
			"%s reports %s already", b.Client, compact(b.Desired))
	}
	b.await(ctx, "to report "+compact(b.Desired), func() bool {
		return judgeUpdate(b.Client, topic, b.Desired, b.h).Outcome == Passed
	})
	return judgeUpdate(b.Client, topic, b.Desired, b.h)
}
