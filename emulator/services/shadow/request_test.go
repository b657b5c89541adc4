package shadow

import (
	"encoding/json"
	"testing"
)

// FuzzRequest: whatever a client sends is accepted or refused with AWS's form; what is
// kept can be read again, to the same bytes, and is within the bounds.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{`{"state":{"desired":{"a":[1,{"b":null}],"c":{}},"reported":null},"version":1,"clientToken":"x"}`,
		`{"state":null}`, `{"state":{"reported":{"timestamp":{"timestamp":-0.0e-7}}}}`, "\xff", `{"state":{"desired":{"":"\u0000\ud800"}}}`} {
		f.Add([]byte(seed), []byte(`{"state":{"desired":{"c":{"d":1},"a":null}}}`))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		s := opened(t, Options{})
		for _, payload := range [][]byte{first, second, first} {
			for _, op := range []Op{Update, Get} {
				out := s.Do(Request{ID: pump, Op: op, Payload: payload}, nil)
				for _, m := range out.Messages {
					if !json.Valid(m.Payload) {
						t.Fatalf("got %s for %q, want JSON", m.Payload, payload)
					}
				}
			}
		}
		e := s.find(pump)
		if e == nil {
			return
		}
		on := new(desk)
		d := on.decode(e.document)
		if _, err := decodeEntry([]byte(e.document)); err != nil {
			t.Fatalf("%s: %v", e.document, err)
		}
		if again := d.encode(on); again != e.document {
			t.Fatalf("got %s, want %s", again, e.document)
		}
		if why := d.check(); why != nil || d.desired.depth() > maxDepth || nullInArray(d.desired, "") != "" {
			t.Fatalf("got %s, want no more than may be kept: %v", e.document, why)
		}
	})
}

// Topics of requests are read as they are written, and no others.
func TestByTopic(t *testing.T) {
	for _, id := range []ID{{"pump-7", ""}, {"pump-7", "cfg"}, {"a:b_c", "$x"}} {
		for _, op := range []Op{Get, Update, Delete} {
			if got, gotOp, ok := ByTopic(id.Topic(op)); !ok || got != id || gotOp != op {
				t.Errorf("%s: got %v %v %v, want %v %v (S-1, S-2)", id.Topic(op), got, gotOp, ok, id, op)
			}
		}
	}
	for _, topic := range []string{"$aws/things/t/shadow", "$aws/things/t/shadow/foo", "$aws/things/t/shadow/get/accepted",
		"$aws/things/t/shadow/named/n/get", "$aws/things/t/jobs/get", "aws/things/t/shadow/get", "$aws/things/t/shadow/name/n/get/x"} {
		if id, op, ok := ByTopic(topic); ok {
			t.Errorf("%s: got %v %v, want none (S-17)", topic, id, op)
		}
	}
}
