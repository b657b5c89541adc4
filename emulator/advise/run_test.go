package advise_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/advise"
)

// quick is a bench for devices whose delays are a hundredth of those in the field.
var quick = advise.Settings{Timeout: time.Minute, Attempts: 3, Shortest: 20 * time.Millisecond, Noise: time.Millisecond,
	Resend: 500 * time.Millisecond, Answer: 30 * time.Second, Quiet: 300 * time.Millisecond, Calm: 1, KeepAlive: 30}

type judged struct {
	name string
	want []advise.Outcome
	said string // a part of the sentence
}

// judge runs cases on a device and compares the verdicts; done hears that one is over.
func judge(t *testing.T, e *emulator.Emulator, o advise.Options, done func(), tests []judged) {
	t.Helper()
	var names []string
	for _, tt := range tests {
		names = append(names, tt.name)
	}
	var err error
	if o.Cases, err = advise.Pick(names); err != nil {
		t.Fatal(err)
	}
	o.URL = "http://" + e.Addr(emulator.HTTP)
	o.Result = func(*advise.Result) { done() }
	results, err := advise.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		i := slices.IndexFunc(results, func(r *advise.Result) bool { return r.Case == tt.name })
		if i < 0 {
			t.Errorf("%s: got no result", tt.name)
			continue
		}
		r := results[i]
		t.Logf("%s", r.Text())
		if !slices.Contains(tt.want, r.Outcome) || !strings.Contains(r.Said, tt.said) {
			t.Errorf("got %s\n%s\nwant %s: … %s …", r.Text(), strings.Join(r.Evidence, "\n"), tt.want, tt.said)
		}
	}
	if all := e.Faults(); len(all) > 0 {
		t.Errorf("got %+v, want every fault to be taken back", all)
	}
}

// TestGoodDevice: paho, used well, passes; how exactly its delays grow on a busy machine is
// held by the tests of judgeDelays. Each run is of a device of its own, since most of its time is waited.
func TestGoodDevice(t *testing.T) {
	t.Parallel()
	yes, well := []advise.Outcome{advise.Passed}, []advise.Outcome{advise.Passed, advise.Warned}
	tests := []struct {
		name string
		runs []judged
	}{
		{"its TLS", []judged{
			{"MQTT_Connect", yes, "pump-7 connects: CONNECT (MQTT 3.1.1, keep alive 1 s)"},
			{"TLS_Expired_Server_Cert", yes, "pump-7 refused a certificate that is expired"},
			{"TLS_Incorrect_Subject_Name_Server_Cert", yes, "refused a certificate that is for another name"},
			{"TLS_Unsecure_Server_Cert", yes, "refused a certificate that is signed by an unknown"},
		}},
		{"its messages", []judged{
			{"MQTT_Subscribe", yes, "pump-7 has subscribed to $aws/things/pump-7/shadow/update/delta, pumps/pump-7/set"},
			{"MQTT_Client_Puback_QoS1", yes, `pump-7 acknowledged PUBLISH "pumps/pump-7/set", QoS 1, id `},
			{"MQTT_Publish", yes, `pump-7 publishes: PUBLISH "$aws/things/pump-7/shadow/get"`},
			{"MQTT_Publish_Retry_No_Puback", []advise.Outcome{advise.Warned}, "on the next connection"},
			{"MQTT_Persistent_Session_Happy_Case", yes,
				`pump-7 resumed its session: without a SUBSCRIBE it took and acknowledged what had waited on "pumps/pump-7/set"`},
			{"Shadow_Publish_Reported_State", yes, `pump-7 sent PUBLISH "$aws/things/pump-7/shadow/update"`},
			{"Shadow_Get", yes, `pump-7 sent PUBLISH "$aws/things/pump-7/shadow/get"`},
			{"Shadow_Update_Reported_State", yes, `pump-7 sent PUBLISH "$aws/things/pump-7/shadow/update"`},
			{"Clock_Skew", yes, `the clock of pump-7 is right: "timestamp" of its messages`},
			{"Job_Execution", []advise.Outcome{advise.NotSeen}, "this gateway has no jobs"},
		}},
		{"its reconnections", []judged{
			{"MQTT_ReconnectionAfterSuccessfulConnection", yes, "pump-7 came again after"},
			{"MQTT_Reconnect_Backoff_Retries_On_Server_Disconnect", well, "pump-7 "},
			{"MQTT_Reconnect_Backoff_Retries_On_Unstable_Connection", well, "pump-7 "},
			{"Device_Certificate_Inactive", []advise.Outcome{advise.NotSeen}, "pump-7 shows no certificate"},
			{"Duplicate_Client_Id", well, "came again after"},
		}},
		{"its patience", []judged{
			{"MQTT_Connect_Jitter_Backoff_Retries", well, "pump-7 "},
			{"MQTT_No_Ack_PingResp", yes, "pump-7 ended the connection"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := emulator.Run(t, emulator.Options{Authorizer: granting})
			d := goodDevice(t, e, "pump-7")
			d.start()
			o := advise.Options{Client: "pump-7", Settings: quick, Desired: map[string]any{"on": true}}
			judge(t, e, o, func() { d.fails.Store(0) }, tt.runs)
		})
	}
}

// TestBadDevice: each mistake is told.
func TestBadDevice(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: granting})
	d := badDevice(t, e, "pump-8")
	d.start()
	no := []advise.Outcome{advise.Failed}
	o := advise.Options{Client: "pump-8", Settings: quick}
	o.Shortest = 5 * time.Second // a tight loop is one on a busy machine, too
	o.KeepAlive, o.Quiet, o.Answer = 1.5, 30*time.Second, time.Second
	judge(t, e, o, func() {}, []judged{
		{"TLS_Expired_Server_Cert", no, "pump-8 went on with a certificate that is expired: it sent CONNECT"},
		{"MQTT_Publish_Retry_No_Puback", no, "nobody acknowledged it, and it is lost"},
		{"MQTT_Persistent_Session_Happy_Case", []advise.Outcome{advise.NotSeen}, "pump-8 asks for a clean session"},
		{"Clock_Skew", no, "the clock of pump-8 is "},
		{"MQTT_ReconnectionAfterSuccessfulConnection", no, "pump-8 came again"},
		{"MQTT_Reconnect_Backoff_Retries_On_Server_Disconnect", no, "pump-8 does not back off"},
		{"MQTT_Reconnect_Backoff_Retries_On_Unstable_Connection", no, "pump-8 does not back off"},
		{"MQTT_No_Ack_PingResp", no, "without an answer and kept the connection"},
		{"Duplicate_Client_Id", no, "pump-8 fights for its client id"},
	})
}

// TestNobody: a device that does not come is told of once, and judged by nothing.
func TestNobody(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: granting})
	o := advise.Options{Client: "pump-9", Settings: quick}
	o.Timeout = 50 * time.Millisecond
	judge(t, e, o, func() {}, []judged{
		{"MQTT_Connect", []advise.Outcome{advise.NotSeen}, "pump-9 has sent no CONNECT"},
		{"MQTT_Publish", []advise.Outcome{advise.NotSeen}, "pump-9 has sent no CONNECT"},
	})
}

// TestReportedAlready: a state that the shadow reports already makes no delta, by which a device could be
// judged.
func TestReportedAlready(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: granting})
	d := goodDevice(t, e, "pump-7")
	d.start()
	eco := strings.NewReader(`{"state":{"reported":{"mode":"eco"}}}`)
	resp, err := http.Post("http://"+e.Addr(emulator.HTTP)+"/_suback/shadows/pump-7", "application/json", eco)
	if err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v", resp, err)
	}
	o := advise.Options{Client: "pump-7", Settings: quick, Desired: map[string]any{"mode": "eco"}}
	judge(t, e, o, func() {}, []judged{
		{"Shadow_Update_Reported_State", []advise.Outcome{advise.NotSeen}, `pump-7 reports {"mode":"eco"} already`},
	})
}

// TestInterrupted: what was asked for is taken back, would be over by itself if not, and the results
// until then are there.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: granting})
	d := goodDevice(t, e, "pump-7")
	d.start()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cases, err := advise.Pick([]string{"MQTT_Connect_Jitter", "MQTT_Publish_Retry"})
	if err != nil {
		t.Fatal(err)
	}
	faulted := make(chan bool, 1)
	o := advise.Options{URL: "http://" + e.Addr(emulator.HTTP), Client: "pump-7", Settings: quick, Cases: cases}
	o.Result = func(*advise.Result) { // the first case is over: the second one has its fault soon
		go func() {
			all := e.Faults()
			for ; len(all) == 0 && ctx.Err() == nil; all = e.Faults() {
				time.Sleep(time.Millisecond)
			}
			if len(all) > 0 && time.Duration(all[0].Lasts) <= time.Minute {
				t.Errorf("got %s, want a fault that outlasts its case, and is over if nobody takes it back", all[0].TakeBack())
			}
			faulted <- true
			cancel()
		}()
	}
	results, err := advise.Run(ctx, o)
	if !errors.Is(err, context.Canceled) || len(results) != 1 || !<-faulted || len(e.Faults()) > 0 {
		t.Errorf("got %d results, %v and %+v, want one, the interruption, and no fault", len(results), err, e.Faults())
	}
}

// TestLostGateway: that is an error, and no verdict.
func TestLostGateway(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: granting})
	o := advise.Options{URL: "http://" + e.Addr(emulator.HTTP), Client: "pump-7", Settings: quick}
	ended := false
	o.Progress = func(what string) {
		if what != "" && !ended {
			ended = true
			_ = e.Close()
		}
	}
	results, err := advise.Run(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "lost the gateway") || len(results) > 0 {
		t.Errorf("got %v and %d results, want the loss", err, len(results))
	}
}
