package rules

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/registry"
)

// batching is an http action that batches.
func batching(config m, more m) registry.RuleAction {
	v := m{"enableBatching": true}
	if config != nil {
		v["batchConfig"] = config
	}
	for name, of := range more {
		v[name] = of
	}
	return post(v)
}

// TestBatch: which messages go together, and when.
func TestBatch(t *testing.T) {
	const in = "POST localhost /in application/json "
	hundred := strings.Repeat("x", 40)
	for _, tt := range []struct {
		name   string
		action registry.RuleAction
		sent   []string // "topic payload", or how long nothing is sent
		want   []string
		source string
	}{
		{"one, after 20 ms", batching(m{}, nil), []string{`in {"a":1}`}, []string{in + `[{"a":1}]`}, "R-125"},
		{"together", batching(m{}, nil), []string{`in {"a":1}`, `in {"a":2}`, "19ms", `in {"a":3}`}, []string{in + `[{"a":1},{"a":2},{"a":3}]`}, "R-125"},
		{"too late", batching(m{}, nil), []string{`in {"a":1}`, "21ms", `in {"a":2}`}, []string{in + `[{"a":1}]`, in + `[{"a":2}]`}, "R-125"},
		{"open for longer", batching(m{"maxBatchOpenMs": 200}, nil), []string{`in 1`, "199ms", `in 2`, "2ms", `in 3`},
			[]string{in + `[1,2]`, in + `[3]`}, "R-125"},
		{"full", batching(m{"maxBatchSize": 2}, nil), []string{`in 1`, `in 2`, "1ms", `in 3`}, []string{in + `[1,2]`, in + `[3]`}, "R-125"},
		{"ten", batching(nil, nil), []string{`in 1`, `in 2`, `in 3`, `in 4`, `in 5`, `in 6`, `in 7`, `in 8`, `in 9`, `in 10`, "1ms", `in 11`},
			[]string{in + `[1,2,3,4,5,6,7,8,9,10]`, in + `[11]`}, "R-125"},
		{"bytes", batching(m{"maxBatchSizeBytes": 100}, nil), []string{`in "` + hundred + `"`, `in "` + hundred + `"`, "1ms", `in "` + hundred + `"`},
			[]string{in + `["` + hundred + `","` + hundred + `"]`, in + `["` + hundred + `"]`}, "R-125"},
		{"large by itself", batching(m{"maxBatchSizeBytes": 100}, nil), []string{"in 1", "1ms", `in "` + hundred + hundred + hundred + `"`},
			[]string{in + "[1]", in + `["` + hundred + hundred + hundred + `"]`}, "R-125, guess"},
		{"topics", batching(nil, m{"url": "http://localhost/x"}), []string{"in 1", "in/b 2", "in 3"},
			[]string{"POST localhost /x application/json [1,3]", "POST localhost /x application/json [2]"}, "R-125"},
		{"across topics", batching(m{"batchAcrossTopics": true}, nil), []string{"in 1", "in/b 2", "in 3"}, []string{in + "[1,2,3]"}, "R-125"},
		{"URLs", batching(m{"batchAcrossTopics": true}, m{"url": "http://localhost/${topic(2)}"}), []string{"in/a 1", "in/b 2", "in/a 3"},
			[]string{"POST localhost /a application/json [1,3]", "POST localhost /b application/json [2]"}, "R-125"},
		{"headers of the last", batching(nil, m{"headers": header("X-Room", "${a}")}), []string{`in {"a":1}`, `in {"a":2}`},
			[]string{in + `[{"a":1},{"a":2}] room 2`}, "R-125"},
		{"content type", batching(nil, m{"headers": header("content-type", "text/x")}), []string{`in 1`}, []string{"POST localhost /in text/x [1]"}, "R-125, guess"},
		{"text", batching(nil, nil), []string{"in <x>", "in "}, []string{in + `["<x>",""]`}, "R-125, guess"},
		{"bytes that are no text", batching(nil, nil), []string{"in \xff", "in 1"}, []string{in + "[1]"}, "R-125"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, p := newRig(t), &posts{}
				end := s.online(p)
				s.rule("r", "SELECT * FROM '#'", nil, tt.action)
				s.enable()
				for _, text := range tt.sent {
					if d, err := time.ParseDuration(text); err == nil {
						time.Sleep(d)
						continue
					}
					topic, payload, _ := strings.Cut(text, " ")
					s.send(topic, payload)
					synctest.Wait()
				}
				s.end2()
				got := p.got()
				slices.Sort(got)
				slices.Sort(tt.want) // AWS promises no order, and two may be on their way at once
				if !slices.Equal(got, tt.want) {
					t.Errorf("got  %q\nwant %q (%s)", got, tt.want, tt.source)
				}
				end()
				s.end()
			})
		})
	}
}

// TestBatchFails: the error action is done for each message of a batch that failed after its
// tries, in the form of batches, and the other actions were done before.
func TestBatchFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := newRig(t), &posts{answer: status(500)}
		end := s.online(p)
		s.rule("r", "SELECT * FROM 'in'", republish("failed"), batching(nil, nil), republish("+"), republish("done/${a}"))
		s.enable()
		first, second := s.send("in", `{"a":1}`), s.send("in", `{"a":2}`)
		s.end2()
		if n := len(p.got()); n != 3 {
			t.Errorf("got %d tries, want 3 (R-124)", n)
		}
		want := []string{`done/1 {"a":1}`, `done/2 {"a":2}`}
		for _, of := range []struct{ id, payload string }{{first, "eyJhIjoxfQ=="}, {second, "eyJhIjoyfQ=="}} {
			want = append(want, fmt.Sprintf(`failed {"ruleName":"r","topic":"in","payloadsWithMetadata":[{"id":1,"cloudwatchTraceId":"%s",`+
				`"clientId":"dev","base64OriginalPayload":"%s"}],"failures":[`+
				`{"affectedIds":[1],"failedAction":"RepublishAction","failedResource":"+","errorMessage":"the topic \"+\" is a filter"},`+
				`{"affectedIds":[1],"failedAction":"HttpAction","failedResource":"http://localhost/in","errorMessage":"HttpAction failed to make a `+
				`request to the specified endpoint. StatusCode: 500. Reason: Internal Server Error."}]}`, of.id, of.payload))
		}
		if !slices.Equal(s.did, want) {
			t.Errorf("got  %q\nwant %q (R-125, R-130)", s.did, want)
		}
		end()
		s.end()
	})
}

// TestBatchStory: each message's story has what came of its batch; two actions that batch are
// done one after the other.
func TestBatchStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := newRig(t), &posts{}
		end := s.online(p)
		s.rule("r", "SELECT * FROM 'in'", nil, batching(nil, nil), batching(nil, m{"url": "http://localhost/second"}))
		s.enable()
		ids := []string{s.send("in", "1"), s.send("in", "2")}
		s.end2()
		want := []string{"POST localhost /in application/json [1,2]", "POST localhost /second application/json [1,2]"}
		if got := p.got(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q (R-125)", got, want)
		}
		for _, id := range ids {
			told, _ := s.hook.Story(id)
			if n := strings.Count(told.Text(), "200 OK, in a batch of 2"); n != 2 {
				t.Errorf("got\n%s\nwant what came of both batches (R-135)", told.Text())
			}
		}
		end()
		s.end()
	})
}

// TestBatchBackpressure: a server that hangs has its rule wait with 1000 messages in batches, and
// no more; what the gateway counts for them is free again when they have failed.
func TestBatchBackpressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		end := s.online(&posts{answer: func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }})
		s.rule("r", "SELECT * FROM 'in'", nil, batching(nil, nil))
		s.enable()
		r := s.engine.rules.Load().byName["r"]
		for i := range mostBatched + 100 {
			s.send("in", fmt.Sprint(i))
		}
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		batches := r.actions[0].batches
		s.engine.lanes.mu.Lock()
		waiting, bytes := len(s.engine.lanes.waiting[r]), s.engine.lanes.bytes
		s.engine.lanes.mu.Unlock()
		if n := len(batches.room); n != mostBatched || waiting != 99 || len(batches.sendings) != mostOnWay {
			t.Errorf("got %d in batches and %d waiting, %d on their way, want %d, 99 and %d", n, waiting, len(batches.sendings), mostBatched, mostOnWay)
		}
		if least := (mostBatched + 100) * itemBytes; bytes < least {
			t.Errorf("got %d bytes counted, want those in batches too, %d at least", bytes, least)
		}
		s.end2()
		if n := len(batches.room); n != 0 {
			t.Errorf("got %d in batches afterwards, want none", n)
		}
		end()
		s.end()
	})
}

// TestCloseWithBatch: what is in a batch is sent at the end; a server that hangs keeps it for a
// second.
func TestCloseWithBatch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(int, http.ResponseWriter, *http.Request)
		most   time.Duration
	}{
		{"good", nil, 200 * time.Millisecond},
		{"hangs", func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, p := newRig(t), &posts{answer: tt.answer}
			end := s.online(p)
			s.rule("r", "SELECT * FROM 'in'", republish("failed"), batching(m{"maxBatchOpenMs": 200}, nil))
			s.enable()
			s.send("in", "1")
			began := time.Now()
			_ = s.engine.Close()
			if took := time.Since(began); took > tt.most || len(p.got()) != 1 {
				t.Errorf("%s: got %v until the end and %q, want %v and the batch", tt.name, took, p.got(), tt.most)
			}
			if failed := s.failure() != ""; failed != (tt.answer != nil) {
				t.Errorf("%s: got failed %v", tt.name, failed)
			}
			end()
		})
	}
}

// A batch's document can be read by who reads AWS's.
func TestBatchReport(t *testing.T) {
	text, err := plainJSON(batchReport{RuleName: "r", Payloads: []payloadOf{{ID: 1, SourceIP: "10.0.0.0"}},
		Failures: []batchFailure{{[]int{1}, failure{FailedAction: "HttpAction"}}}})
	var got struct {
		PayloadsWithMetadata []struct{ SourceIp string }
		Failures             []struct {
			AffectedIds  []int
			FailedAction string
		}
	}
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil || got.PayloadsWithMetadata[0].SourceIp != "10.0.0.0" || got.Failures[0].AffectedIds[0] != 1 ||
		got.Failures[0].FailedAction != "HttpAction" {
		t.Errorf("got %s (%v), want AWS's members (R-125)", text, err)
	}
}
