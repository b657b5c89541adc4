package why

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/trace"
)

// The order in which causes are looked for
//
//   - two devices that throw each other out: nothing else can be seen beside that [B-517]
//   - the client is not connected: absent.go
//   - its subscription was refused, it has none, or none that matches: subscribed.go
//   - it may not receive; then what became of the latest messages: evidence.go
//   - nobody publishes

// recently is how old the latest of quick successions may be, to go on still.
const recently = time.Minute

// Find says why nothing arrives at a client, or that it does.
func Find(s Situation) Finding {
	f := find(&s)
	if s.Unenforced && (f.Found == Arrives || f.Found == NobodyPublishes) {
		f = onAWS(f, s)
	}
	f.Client, f.Topic = s.Client, s.Topic
	if f.Rules == nil {
		f.Rules = []string{}
	}
	return f
}

func find(s *Situation) Finding {
	steps := []func(*Situation) (Finding, bool){
		takeOverLoop, absent, refusedSubscription, unsubscribed, unmatched, mayNotReceive, lately,
	}
	for _, step := range steps {
		if f, ok := step(s); ok {
			return f
		}
	}
	return nobodyPublishes(s)
}

// onAWS adds what would be withheld if policies were enforced.
func onAWS(f Finding, s Situation) Finding {
	s.Unenforced = false
	there, ok := mayNotReceive(&s)
	if !ok {
		return f
	}
	f.Hint, f.Rules, f.Repair = there.Hint, there.Rules, there.Repair
	return f.say("That is so since enforce is log; on AWS it is otherwise: %s", there.Answer)
}

// takeOverLoop: two devices have one client id.
func takeOverLoop(s *Situation) (f Finding, ok bool) {
	loop := newest(s.Events, func(e *trace.Event) bool { return slices.Contains(e.Rules, "B-517") })
	if loop == nil {
		return f, false
	}
	last := newest(s.Events, func(e *trace.Event) bool { return e.Reason == "DUPLICATE_CLIENTID" || e == loop })
	if s.Now.Sub(when(last)) > recently {
		return f, false
	}
	f = Finding{Found: TakeOverLoop, Event: loop.Seq}.because(loop.Cause)
	return f.say("two devices connect as %q and throw each other out: %s", s.Client, loop.Detail).
		say("The latest time was %s", clock(when(last))), true
}

// nobodyPublishes: all is in order, and no message has come.
func nobodyPublishes(s *Situation) Finding {
	f := Finding{Found: NobodyPublishes, Hint: "publish something, as with mosquitto_pub, and ask again"}
	what := s.Topic
	if what == "" {
		what = list(s.matching())
	} else {
		what = fmt.Sprintf("%q", what)
	}
	f = f.say("nobody publishes to %s: %s is connected since %s and subscribed, and no message has come that matches",
		what, quoted(s.Client), clock(s.Self.Since))
	if !s.Stories {
		f = f.say("What was published is not kept here (--stories off)")
	}
	var others []string
	for _, m := range s.Messages {
		if m.Refused == nil && !slices.Contains(others, m.Topic) && len(others) < 3 {
			others = append(others, m.Topic)
		}
	}
	if len(others) > 0 {
		f = f.say("What comes is on %s", list(others))
	}
	return f
}

func quoted(text string) string { return fmt.Sprintf("%.200q", text) }

// list is some names for a sentence.
func list(names []string) string {
	const most = 4
	var all []string
	for _, n := range names[:min(len(names), most)] {
		all = append(all, quoted(n))
	}
	text := strings.Join(all, ", ")
	if n := len(names) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}
