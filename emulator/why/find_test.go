package why_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/why"
)

// now is the moment of all questions; at is seconds before it.
var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return now.Add(-time.Duration(seconds) * time.Second) }

// granted is a policy of the client with these statements.
func granted(t *testing.T, statements string) *policy.Policy {
	t.Helper()
	doc, err := policy.Parse("P", []byte(`{"Version": "2012-10-17", "Statement": [`+statements+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	return policy.Compile([]*policy.Document{doc}, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000",
		Values: policy.Values{"iot:ClientId": {"sub"}}})
}

const (
	all       = `{"Effect": "Allow", "Action": "*", "Resource": "*"}`
	noReceive = `{"Effect": "Allow", "Action": ["iot:Connect", "iot:Subscribe"], "Resource": "*"}`
)

// connected is a client since a minute, with filters.
func connected(t *testing.T, statements string, filters ...string) why.Situation {
	t.Helper()
	s := why.Situation{Client: "sub", Now: now, Stories: true, Policy: granted(t, statements),
		Self: &why.Client{ID: "sub", Principal: "me", Source: "10.0.0.1", Since: at(60)}}
	for _, f := range filters {
		s.Session = append(s.Session, why.Subscription{Filter: f, QoS: 1})
	}
	return s
}

// gone was connected.
func gone(reason string, seconds int) why.Situation {
	return why.Situation{Client: "sub", Now: now, Stories: true, Last: &why.Ending{Reason: reason, At: at(seconds)}}
}

func noted(seconds int, topic, filter string, rules ...string) trace.Event {
	return trace.Event{Seq: 7, Time: at(seconds), Client: "sub", Operation: trace.PublishOut, Outcome: trace.Note, Topic: topic,
		Filter: filter,
		Cause:  cause.Cause{Detail: "the detail", Hint: "the hint", Rules: rules}}
}

func refused(seconds int, operation trace.Operation, d *policy.Decision) trace.Event {
	return trace.Event{Seq: 8, Time: at(seconds), Client: "sub", Operation: operation, Outcome: trace.Refused, Decision: d, Saw: "closed",
		Topic: "a/b", Filter: "a/#", Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}}
}

type row struct {
	name  string
	s     why.Situation
	found why.Found
	says  string // the first sentence has it
	then  string // so has the answer
	hint  string
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			f := why.Find(tt.s)
			first, _, _ := strings.Cut(f.Answer, ". ")
			if f.Found != tt.found || !strings.Contains(first, tt.says) || !strings.Contains(f.Answer, tt.then) || !strings.Contains(f.Hint,
				tt.hint) {
				t.Errorf("got  %s: %s\nhint %s\nwant %s: … %s … %s …\nhint %s", f.Found, f.Answer, f.Hint, tt.found, tt.says, tt.then, tt.hint)
			}
		})
	}
}

func TestAbsent(t *testing.T) {
	never := why.Situation{Client: "pump-7", Now: now}
	with := func(s why.Situation, change func(*why.Situation)) why.Situation { change(&s); return s }
	denied := granted(t, `{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/x"}`).
		Explain(policy.Connect, "sub", nil)
	will := granted(t, noReceive).Explain(policy.Publish, "gone", nil)
	check(t, []row{
		{"nobody at all", never, why.NeverConnected, `Nobody has connected as "pump-7", nor tried to`, "Nobody else is connected either",
			"as \"pump-7\""},
		{"others", with(never, func(s *why.Situation) { s.Others = []why.Client{{ID: "x"}, {ID: "pump-8"}} }), why.NeverConnected,
			"Nobody has connected", `Connected are: "x", "pump-8"`, ""},
		{"a slip in the id", with(never, func(s *why.Situation) { s.Others = []why.Client{{ID: "Pump7", Source: "10.0.0.1", Since: at(9)}} }),
			why.AnotherID, `"Pump7" is connected, from 10.0.0.1 since 11:59:51 UTC`, "", `connect as "pump-7"`},
		{"a number is no slip", with(never, func(s *why.Situation) { s.Others = []why.Client{{ID: "pump-8"}} }), why.NeverConnected, "", "", ""},
		{"the thing of that name", with(never, func(s *why.Situation) { s.Others = []why.Client{{ID: "x9", Thing: "pump-7"}} }), why.AnotherID,
			`"x9" is connected`, "", ""},
		{"an id that the gateway made", with(never, func(s *why.Situation) { s.Others = []why.Client{{ID: "$GEN/1"}} }), why.AnotherID,
			`"$GEN/1" is connected`, "", ""},
		{"another id was refused", with(never, func(s *why.Situation) {
			e := refused(3, trace.Connect, &denied)
			e.Client = "pump7"
			s.Refusals = []trace.Event{e}
		}), why.RefusedConnect, `the CONNECT of "pump7" was refused`, "", "client/x"},
		{"an end before CONNECT", with(never, func(s *why.Situation) {
			s.Strangers = []trace.Event{{Time: at(5), Operation: trace.Transport, Outcome: trace.Note, Source: "10.0.0.9:1",
				Cause: cause.Cause{Detail: "no certificate", Hint: "send one"}}}
		}), why.NeverConnected, "a connection from 10.0.0.9:1 ended at 11:59:55 UTC before it told a client id: no certificate", "", "send one"},
		{"refused", with(gone("CLIENT_INITIATED_DISCONNECT", 60), func(s *why.Situation) {
			s.Events = []trace.Event{refused(5, trace.Connect, &denied)}
		}), why.RefusedConnect, "its CONNECT was refused at 11:59:55 UTC: its policy does not allow iot:Connect on client/sub",
			"The client saw: closed",
			"client/x"},
		{"refused for its will", with(gone("CLIENT_INITIATED_DISCONNECT", 60), func(s *why.Situation) {
			s.Events = []trace.Event{refused(5, trace.Connect, &will)}
		}), why.RefusedConnect, "for its will, its policy does not allow iot:Publish on topic/gone", "", ""},
		{"refused before, and let in since", with(gone("CONNECTION_LOST", 5), func(s *why.Situation) {
			s.Events = []trace.Event{refused(60, trace.Connect, &denied)}
		}), why.Disconnected, `"sub" is not connected: at 11:59:55 UTC its connection was lost`, "nothing is kept for it", "ask again"},
		{"its subscription ended it", with(gone("FORBIDDEN_ACCESS", 5), func(s *why.Situation) {
			s.Events = []trace.Event{refused(5, trace.Subscribe, &will)}
		}), why.SubscriptionRefused, `its subscription to "a/#" was refused at 11:59:55 UTC, which ended the connection`, "", ""},
		{"its publish ended it", with(gone("FORBIDDEN_ACCESS", 5), func(s *why.Situation) {
			s.Events = []trace.Event{refused(5, trace.PublishIn, &will)}
		}), why.OwnPublish, `its own publish to "a/b" was refused`, "", ""},
		{"silent", with(gone("MQTT_KEEP_ALIVE_TIMEOUT", 5), func(s *why.Situation) {
			e := noted(5, "", "", "B-621")
			e.Operation, e.Outcome = trace.Disconnect, trace.Refused
			s.Events, s.Keeps, s.Session = []trace.Event{e}, true, []why.Subscription{{Filter: "a", QoS: 1}}
		}), why.Disconnected, "it sent nothing for 1.5 times its keep alive", "goes on with 1 subscriptions", "the hint"},
		{"what came meanwhile was not kept", with(gone("CONNECTION_LOST", 50), func(s *why.Situation) {
			s.Keeps, s.Events = true, []trace.Event{noted(5, "a", "", "B-519")}
		}), why.Disconnected, "", "The detail", "the hint"},
		{"the same device, by another id", with(gone("CONNECTION_LOST", 50), func(s *why.Situation) {
			s.Events = []trace.Event{{Time: at(90), Operation: trace.Connect, Outcome: trace.Allowed, Principal: "me", Source: "10.0.0.1:3"}}
			s.Others = []why.Client{{ID: "sub2", Principal: "me", Source: "10.0.0.1", Since: at(40)}}
		}), why.AnotherID, `as "sub2"`, "its connection was lost", `connect as "sub"`},
	})
}

func TestPresent(t *testing.T) {
	with := func(s why.Situation, change func(*why.Situation)) why.Situation { change(&s); return s }
	on := func(s why.Situation, topic string) why.Situation { s.Topic = topic; return s }
	unenforced := func(s why.Situation, topic string) why.Situation { s.Topic, s.Unenforced = topic, true; return s }
	message := func(seconds int, topic string, found why.Found) why.Message {
		return why.Message{ID: "m", Topic: topic, At: at(seconds), By: `"pub"`, Found: found, Filter: "a/#",
			Cause: cause.Cause{Hint: "the hint", Detail: "the detail"}}
	}
	having := func(s why.Situation, messages ...why.Message) why.Situation { s.Messages = messages; return s }
	subscribe := granted(t, `{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}`).Explain(policy.Subscribe, "a/#", nil)
	connects := func(clean bool) []trace.Event {
		e := trace.Event{Time: at(90), Operation: trace.Connect, Outcome: trace.Allowed, Details: trace.Details{Connection: &trace.Connection{}}}
		again := e
		again.Time, again.Connection = at(60), &trace.Connection{Clean: clean}
		return []trace.Event{e, again}
	}
	check(t, []row{
		{"two devices", with(connected(t, all, "a"), func(s *why.Situation) {
			loop, end := noted(90, "", "", "B-517", "D-37"), refused(4, trace.Disconnect, nil)
			end.Reason = "DUPLICATE_CLIENTID"
			s.Events = []trace.Event{loop, end}
		}), why.TakeOverLoop, `Two devices connect as "sub" and throw each other out`, "11:59:56 UTC", "the hint"},
		{"two devices, long ago", with(connected(t, all, "a"), func(s *why.Situation) { s.Events = []trace.Event{noted(90, "", "", "B-517")} }),
			why.NobodyPublishes, `Nobody publishes to "a"`, "", ""},
		{"refused subscription", with(connected(t, all), func(s *why.Situation) {
			s.Events = []trace.Event{refused(9, trace.Subscribe,
				&subscribe)}
		}),
			why.SubscriptionRefused, `The subscription of "sub" to "a/#" was refused at 11:59:51 UTC: its policy does not allow iot:Subscribe`, "",
			""},
		{"refused subscription, granted since", with(connected(t, all, "a/#"), func(s *why.Situation) {
			s.Events = []trace.Event{refused(9, trace.Subscribe, &subscribe)}
		}), why.NobodyPublishes, "", "", ""},
		{"refused subscription, and others arrive since", with(connected(t, all, "b"), func(s *why.Situation) {
			s.Self.Since = at(1000)
			s.Events, s.Messages = []trace.Event{refused(900, trace.Subscribe, &subscribe)}, []why.Message{message(9, "b", why.Arrives)}
		}), why.Arrives, "", "", ""},
		{"no subscription", with(connected(t, all), func(s *why.Situation) { s.Events = connects(false) }), why.NoSubscription,
			`"sub" has no subscription`, "", "subscribe after each CONNACK"},
		{"clean session", with(connected(t, all), func(s *why.Situation) { s.Events = connects(true) }), why.SessionReplaced,
			"connected again at 11:59:00 UTC with a clean session", "", "connect without Clean Session"},
		{"no match", on(connected(t, all, "A/b", "x"), "a/b"), why.NoMatch, `matches "a/b": the nearest is "A/b" (it would match but for`,
			`It holds "A/b", "x"`, ""},
		{"nothing near", on(connected(t, all, "x"), "alarms/kitchen"), why.NoMatch, `the nearest is "x" (it is something else)`, "", ""},
		{"may not receive, known beforehand", on(connected(t, noReceive, "a/#"), "a/b"), why.Withheld,
			`Messages on "a/b" are withheld from "sub"`, "",
			"no statement allows iot:Receive"},
		{"may not receive, where enforce is log", unenforced(connected(t, noReceive, "a/#"), "a/b"), why.NobodyPublishes,
			`Nobody publishes to "a/b"`, `since enforce is log; on AWS it is otherwise: Messages on "a/b" are withheld`, "iot:Receive"},
		{"may receive, where enforce is log", unenforced(connected(t, all, "a/#"), "a/b"), why.NobodyPublishes, "", "", "publish something"},
		{"may receive nothing at all", connected(t, noReceive, "a/#"), why.Withheld, "no statement of its policy allows iot:Receive", "", ""},
		{"withheld, and allowed by now", with(connected(t, all, "a/#"), func(s *why.Situation) {
			d := granted(t, noReceive).Explain(policy.Receive, "a/b", nil)
			e := refused(9, trace.PublishOut, &d)
			e.Outcome = trace.Withheld
			s.Events = []trace.Event{e}
		}), why.NobodyPublishes, "", "", ""},
		{"arrives", having(connected(t, all, "a/#"), message(9, "a/b", why.Arrives), message(30, "a/b", why.Waiting)), why.Arrives,
			`Messages arrive at "sub": the latest, on "a/b" from "pub", was sent to it at 11:59:51 UTC`, "", ""},
		{"one topic fails, another arrives", having(connected(t, all, "a/#"), message(9, "a/b", why.Arrives), message(30, "a/c", why.TooLarge)),
			why.TooLarge, `A message on "a/c" at 11:59:30 UTC`, "Others arrive", ""},
		{"one failed by its nature, another arrived since", having(connected(t, all, "a/#"), message(9, "a/b", why.Arrives), message(30, "a/c",
			"")),
			why.Arrives, "", "", ""},
		{"before it subscribed", having(connected(t, all, "a/#"), message(90, "a/b", "")), why.PublishedBefore,
			`The latest message on "a/b" was published at 11:58:30 UTC, before`, "", "subscribe first"},
		{"a near filter", having(connected(t, all, "a/+"), message(9, "a/b/c", "")), why.NoMatch, `the nearest is "a/+"`, "", "a/#"},
		{"refused publish", with(connected(t, all, "a/#"), func(s *why.Situation) {
			m, e := message(9, "a/b", ""), refused(9, trace.PublishIn, &subscribe)
			m.Refused, m.Event = &e.Cause, e.Seq
			e.Client = "pub"
			s.Messages, s.Refusals = []why.Message{m}, []trace.Event{e}
		}), why.PublishRefused, `The publish of "pub" to "a/b" was refused at 11:59:51 UTC, so that nothing came to "sub": its policy`, "", ""},
		{"refused publish, by the trace alone", with(connected(t, all, "a/#"), func(s *why.Situation) {
			note, e := noted(9, "a/b", "a/#", "B-520"), refused(9, trace.PublishIn, &subscribe)
			note.See, e.Client = e.Seq, ""
			s.Events, s.Refusals = []trace.Event{note}, []trace.Event{e}
		}), why.PublishRefused, `The publish of an HTTPS request to "a/b" was refused`, "", ""},
		{"rule failed", with(connected(t, all, "a/#"), func(s *why.Situation) {
			e := refused(9, trace.RuleExecution, nil)
			e.Topic, e.RuleName, e.Resources = "x", "r", map[string]string{"RepublishTopic": "a/b"}
			s.Rules = []trace.Event{e}
		}), why.RuleFailed, `Nothing came to "sub" on "a/b" at 11:59:51 UTC, since a rule that saw the message on "x" did not republish it`, "", ""},
		{"rule failed for another", with(connected(t, all, "a/#"), func(s *why.Situation) {
			e := refused(9, trace.RuleExecution, nil)
			e.Topic, e.RuleName, e.Resources = "x", "r", map[string]string{"RepublishTopic": "b"}
			s.Rules = []trace.Event{e}
		}), why.NobodyPublishes, "", "", ""},
		{"retained", with(connected(t, all, "a/#"), func(s *why.Situation) { s.Events = []trace.Event{noted(9, "", "a/#", "B-510", "B-721")} }),
			why.RetainedOnly, `The retained message is not sent to "sub", since its filter "a/#"`, "The detail", "the hint"},
		{"expired", with(connected(t, all, "a/#"), func(s *why.Situation) { s.Events = []trace.Event{noted(9, "a/b", "", "B-513")} }),
			why.Expired,
			`The message on "a/b" expired`, "", "the hint"},
		{"shared", having(connected(t, all, "$share/g/a/#"), message(9, "a/b", why.OtherMember)), why.OtherMember, "Another member", "",
			"the hint"},
		{"throttled", having(connected(t, all, "a/#"), message(9, "a/b", why.Throttled)), why.Throttled, "as many per second as may be", "", ""},
		{"window", having(connected(t, all, "a/#"), message(9, "a/b", why.WindowFull)), why.WindowFull, `"sub" does not acknowledge`, "", ""},
		{"dropped", having(connected(t, all, "a/#"), message(9, "a/b", why.QueueFull)), why.QueueFull, "was dropped", "", ""},
		{"waits", having(connected(t, all, "a/#"), message(9, "a/b", why.Waiting)), why.Waiting, "waits for \"sub\" behind others", "", ""},
		{"lost", having(connected(t, all, "a/#"), message(9, "a/b", why.Lost)), why.Lost, "was lost", "The detail", ""},
		{"offline", having(connected(t, all, "a/#"), message(9, "a/b", why.OfflineQoS0)), why.OfflineQoS0, "was offline when", "", ""},
		{"nobody publishes", having(connected(t, all, "a"), message(9, "x", "")), why.NobodyPublishes, `Nobody publishes to "a"`,
			`What comes is on "x"`, "publish something"},
	})
}

// TestNearest [B-508, B-518, B-521, B-656]
func TestNearest(t *testing.T) {
	tests := []struct{ name, filters, filter, what, rule string }{
		{"a/b", "x A/B", "A/B", "upper and lower case", "B-518"},
		{"a/b", "a/b/c a/bc", "a/b/c", "one level more", "B-656"},
		{"pump/7/state", "pump/8/state x/y", "pump/8/state", `it differs at "7"`, "B-655"},
		{"pump/7/state", "y", "y", "something else", ""},
		{"a", "", "", "", ""},
	}
	for _, tt := range tests {
		filter, what, c := why.Nearest(tt.name, strings.Fields(tt.filters))
		if filter != tt.filter || !strings.Contains(what, tt.what) || tt.rule != "" && !slices.Contains(c.Rules, tt.rule) {
			t.Errorf("%s in %s: got %q, %q, %v, want %+v", tt.name, tt.filters, filter, what, c, tt)
		}
	}
}

// TestMatches: what is asked about may be a filter itself.
func TestMatches(t *testing.T) {
	for text, want := range map[string]bool{
		"a/# a/b": true, "$share/g/a/# a/b": true, "a/b a/#": true, "a/# a/#": true, "+/b a/+": false, "+/+ a/+": true, "x a/#": false,
		"sensor/# sensor": false,
	} {
		var subscription, name string
		fmt.Sscan(text, &subscription, &name)
		if got := why.Matches(subscription, name); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}
