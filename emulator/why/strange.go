package why

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/trace"
)

// strange: nobody has come by that client id.
func strange(s *Situation) Finding {
	f := Finding{Found: NeverConnected, Hint: fmt.Sprintf("see that the device connects to this gateway, as %s",
		quoted(s.Client))}
	if other := s.otherID(); other != nil {
		f.Found = AnotherID
		f.Hint = fmt.Sprintf("client ids count letter by letter: connect as %s, or ask about %s", quoted(s.Client),
			quoted(other.ID))
		return f.say("nobody has connected as %s, and %s is connected, from %s since %s", quoted(s.Client),
			quoted(other.ID), other.Source, clock(other.Since))
	}
	if e := s.otherRefused(); e != nil {
		f.Found, f.Event = RefusedConnect, e.Seq
		f = f.say("nobody has connected as %s, and the CONNECT of %s was refused at %s: %s", quoted(s.Client),
			quoted(e.Client), clock(when(e)), reasonOf(e))
		f.Hint = ""
		return f.decided(e.Decision).because(e.Cause)
	}
	if e := newest(s.Strangers, isFailure); e != nil && s.Now.Sub(when(e)) < 10*recently {
		f.Event, f.Hint = e.Seq, ""
		f = f.say("nobody has connected as %s, and a connection from %s ended at %s before it told a client id: %s",
			quoted(s.Client), e.Source, clock(when(e)), reasonOf(e))
		return f.because(e.Cause)
	}
	f = f.say("nobody has connected as %s, nor tried to, as far as it is remembered", quoted(s.Client))
	if len(s.Others) > 0 {
		var ids []string
		for _, c := range s.Others {
			ids = append(ids, c.ID)
		}
		return f.say("Connected are: %s", list(ids))
	}
	return f.say("Nobody else is connected either")
}

func isFailure(e *trace.Event) bool {
	return e.Outcome == trace.Refused || e.Operation == trace.Transport
}

// otherID is who is connected and may be meant.
func (s *Situation) otherID() *Client {
	var ids []string
	for i, c := range s.Others {
		if c.Thing == s.Client {
			return &s.Others[i]
		}
		ids = append(ids, c.ID)
	}
	meant := meantBy(s.Client, ids)
	for i, c := range s.Others {
		if c.ID == meant && meant != "" {
			return &s.Others[i]
		}
	}
	for i, c := range s.Others { // the only one may be it, if it told no id of its own
		if strings.HasPrefix(c.ID, "$GEN/") && len(s.Others) == 1 {
			return &s.Others[i]
		}
	}
	return nil
}

// otherRefused is the latest refused CONNECT of a client id that may be meant.
func (s *Situation) otherRefused() *trace.Event {
	return newest(s.Refusals, func(e *trace.Event) bool {
		return isRefusedConnect(e) && e.Client != "" && meantBy(s.Client, []string{e.Client}) != ""
	})
}

// meantBy is the id that is nearly one; numbers at the end tell devices apart, so a
// digit for another is no slip.
func meantBy(id string, ids []string) string {
	ids = slices.DeleteFunc(slices.Clone(ids), func(other string) bool {
		return len(other) == len(id) && !strings.EqualFold(other, id) && differInDigits(other, id)
	})
	return near.Name(id, ids)
}

// differInDigits: where they differ, both have digits.
func differInDigits(a, b string) bool {
	for i := range len(a) {
		digits := a[i] >= '0' && a[i] <= '9' && b[i] >= '0' && b[i] <= '9'
		if a[i] != b[i] && !digits {
			return false
		}
	}
	return true
}
