package hooks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/trace"
)

// What to write instead, for a record that says what was found and has no hint of
// its own: by the rule that it names first. A new rule in a record wants its
// sentence here; TestRecordsHaveHints finds those that are missing.

// advise adds the hint to a record that has none.
func advise(ev trace.Event) trace.Event {
	if ev.Hint == "" && len(ev.Rules) > 0 && ev.Outcome != trace.Allowed {
		ev.Hint = cure(ev)
		if slices.Contains(ev.Rules, "B-416") {
			ev.Hint += "; " + orderGuess(ev)
		}
	}
	return ev
}

// orderGuess is for what a limit refuses that something else would have refused, or
// might have [B-416, guess].
func orderGuess(ev trace.Event) string {
	if ev.Operation == trace.Connect {
		return "AWS is not known to look at that before it asks the authorizer and the policy"
	}
	return "the policy does not allow it either, and AWS is not known to look at limits first"
}

// cure is the sentence for a record.
func cure(ev trace.Event) string {
	rule := ev.Rules[0]
	if rule == "B-609" {
		return cureViolation(ev.Detail)
	}
	for _, find := range []func(string, trace.Event) string{cureConnect, cureTopic, cureMessage, cureEnd} {
		if text := find(rule, ev); text != "" {
			return text
		}
	}
	return authn.Note{Rule: rule}.Cure()
}

// cureConnect is for what CONNECT says of itself.
func cureConnect(rule string, ev trace.Event) string {
	switch rule {
	case "B-601", "B-602":
		return "set the client to MQTT 3.1.1 or MQTT 5: protocol name MQTT, level 4 or 5"
	case "B-603":
		return fmt.Sprintf("give the client another id than %s: one to 128 bytes that do not begin with $",
			cut(ev.Client))
	case "B-605":
		return "give the client an id, or set Clean Session to 1"
	case "B-632":
		return "set Maximum Packet Size to 512 or more, or leave it out"
	case "B-634":
		return "leave the Authentication Method out: clients authenticate with user name and password, a " +
			"certificate, or SigV4"
	case "B-413", "B-607":
		return fmt.Sprintf("let the client wait a second before it connects as %s again, longer after each failure",
			cut(ev.Client))
	}
	return ""
}

// cureTopic is for topics and filters.
func cureTopic(rule string, ev trace.Event) string {
	switch rule {
	case "B-650", "B-653":
		return fmt.Sprintf("shorten %s to at most 256 bytes with 7 slashes, not counting $share/<name>/ and "+
			"$aws/rules/<rule>/", named(ev))
	case "B-651":
		return fmt.Sprintf("write %s as $share/<name>/<filter>, the name without + and #, "+
			"of at most 128 characters, the filter of at most 256", named(ev))
	case "B-654":
		return "publish to one topic that has a name; + and # are for subscriptions"
	case "B-657":
		return fmt.Sprintf("let + and # stand alone between slashes in %s, # only at its end", named(ev))
	case "B-236":
		return fmt.Sprintf("let %s begin with another character than $, which AWS keeps for its own topics",
			named(ev))
	case "B-236a":
		return fmt.Sprintf("use the topic that AWS has for it instead of %s: a request is published without "+
			"/accepted or /rejected, those are subscribed to, and events come from AWS alone", named(ev))
	case "B-238":
		return fmt.Sprintf("leave %s out: AWS has no broker statistics in $SYS, it has lifecycle events in "+
			"$aws/events/# and metrics in CloudWatch", named(ev))
	case "B-660":
		return "split it into several SUBSCRIBE packets of 8 filters each"
	case "B-661":
		return "use a wildcard in place of several filters, or a second connection: one has at most 50 " +
			"subscriptions"
	case "B-405", "B-664":
		return "subscribe without a Subscription Identifier"
	case "B-665":
		return "leave No Local out for $share/ filters"
	}
	return ""
}

// cureMessage is for what a PUBLISH or a delivery carries.
func cureMessage(rule string, ev trace.Event) string {
	switch rule {
	case "B-640", "B-641":
		return "use QoS 0 or 1; AWS has no QoS 2"
	case "B-680":
		if ev.Operation == trace.Connect {
			return "shorten the user name, the password or the will: a CONNECT has at most 131072 bytes"
		}
		return "send less at a time: a payload has at most 131072 bytes, larger data goes to S3 and its address " +
			"into the message"
	case "B-808":
		return "send less at a time: a payload has at most 131072 bytes, over HTTPS too"
	case "B-681":
		return "spread the messages over more connections, or send fewer: 100 a second go in and out of each"
	case "B-515":
		return "let the client read and acknowledge faster, or publish less while it is offline"
	case "B-723":
		return fmt.Sprintf("set RETAIN on %s at most once a second", named(ev))
	case "B-239":
		return fmt.Sprintf("publish to %s without RETAIN", named(ev))
	case "B-690":
		return "use a topic alias from 1 to 8, as Topic Alias Maximum in CONNACK says, and send the topic with " +
			"it the first time"
	case "B-691":
		return "keep the content type within 256 bytes, correlation data within 8192, user properties within " +
			"8192 in all"
	case "B-692":
		return "write one topic without + and # as the response topic"
	case "B-513":
		return "send it in parts, or let the client connect with a larger Maximum Packet Size or none"
	case "B-740", "B-741":
		return "no sound client sends that: update the client's MQTT library, or build the packet as the detail " +
			"says it is wanted"
	}
	return ""
}

// cureEnd is for ends of connections that no packet caused.
func cureEnd(rule string, ev trace.Event) string {
	switch rule {
	case "B-606":
		return fmt.Sprintf("give each device a client id of its own; if it is one device, let it close its old "+
			"connection before it connects as %s again", cut(ev.Client))
	case "B-452":
		return "ask whoever calls DeleteConnection; a client may connect again at once, unless its policy was " +
			"changed"
	case "B-610":
		return "let the client send CONNECT as soon as it is connected"
	case "B-621":
		return "let the client send PINGREQ within its keep alive, or set a longer one, up to 1200 s; a loop " +
			"that blocks keeps a library from it"
	case "M-3":
		return "let the client read faster, or subscribe to less"
	case "B-440":
		return "look at the program's log and make room where --state points: what cannot be stored is not " +
			"acknowledged"
	case "A-32", "A-33":
		return "let the client connect anew before 24 hours are over"
	}
	return ""
}

// cureViolation is for a packet that MQTT does not allow at this point.
func cureViolation(detail string) string {
	switch {
	case strings.Contains(detail, "QoS 2"):
		return "publish and subscribe with QoS 0 or 1"
	case strings.Contains(detail, "topic alias"):
		return "send the topic with its alias first, once for each connection"
	case strings.Contains(detail, "expiry"):
		return "set Session Expiry Interval in CONNECT already"
	case strings.Contains(detail, "second"):
		return "open a new connection for another CONNECT"
	}
	return "send CONNECT first and once, then only what a client sends, without AUTH"
}

// named is the topic or filter of a record, quoted.
func named(ev trace.Event) string {
	names := slices.DeleteFunc([]string{ev.Filter, ev.Topic, "it"}, func(s string) bool { return s == "" })
	if names[0] == "it" {
		return "it"
	}
	return cut(names[0])
}

// cut quotes the beginning of what a client chose.
func cut(name string) string { return fmt.Sprintf("%.64q", name) }
