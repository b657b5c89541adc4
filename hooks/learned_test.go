package hooks_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/learn"
	"github.com/suback/suback/emulator/trace"
)

// The policy that was learned where nothing is enforced lets the same devices do the same
// where it is, and keeps one from the other's topics [issue 14, part 5].
func TestLearnedPolicyServes(t *testing.T) {
	open := emulator.Run(t, emulator.Options{Authorizer: authorize, Config: &emulator.Config{Enforce: "log"}})
	devices := func(e *emulator.Emulator) {
		for i, version := range []byte{4, 5} {
			id := fmt.Sprint("dev", i)
			d := online(t, e, version, connect{id: id, password: "Connect=client/nobody", persistent: true,
				will: &will{topic: "gone/" + id, retain: true}})
			d.subscribed(1, "cmd/"+id+"/#", "$share/g/all")
			d.send(d.publish(qos0, "cmd/"+id+"/reset/*", "x"))
			d.receives("cmd/"+id+"/reset/*", "x", "issue 14")
			d.send(d.publish(qos1|retain, "state/"+id, "x"))
			d.expect("\x40\x02\x00\x07", "issue 14")
			d.lives("issue 14")
		}
	}
	devices(open)
	learned, err := learn.From(open.Asked("", 0), learn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closed := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) {
		return answer(string(learned.Documents[0])), nil
	}})
	devices(closed)
	for _, ev := range closed.Trace().Events(trace.Filter{}) {
		if ev.Outcome == trace.Refused || ev.Outcome == trace.Withheld {
			t.Errorf("got %s\nwith %s", ev.Text(), learned.Documents[0])
		}
	}
	d := online(t, closed, 5, connect{id: "dev2", password: "x"})
	d.send(d.publish(qos1, "state/dev2", "x"))
	d.expect("\x40\x02\x00\x07", "issue 14")
	d.send(d.publish(qos1, "state/dev0", "x"))
	if p := d.receive(); p[0] != 0x40 || len(p) < 5 || p[4] != 0x87 {
		t.Errorf("another's topic: got %s, want PUBACK 0x87", show(p))
	}
}
