package dataplane_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// TestIgnoredParameters: what of a request has no effect and was meant to have one is a NOTE, once;
// what is somebody else's is not [B-802].
func TestIgnoredParameters(t *testing.T) {
	for _, tt := range []struct {
		method, path string
		header       []string
		want         []string // what has no effect, and the hint
	}{
		{"POST", "/topics/a?qos=1&retain=true&contentType=x&messageExpiry=4294967296&responseTopic=r", nil, nil},
		{"POST", "/topics/a?QoS=1", nil, []string{`the parameter "QoS": write qos`}},
		{"POST", "/topics/a?retained=true&content-type=x", nil, []string{`the parameter "content-type": write contentType`,
			`the parameter "retained": write retain`}},
		{"POST", "/topics/a?token=x&x-amz-customauthorizer-name=n&X-Amz-Date=d", nil, nil},
		{"POST", "/topics/a?qos=1;retain=true", nil, []string{"part of the query: write it percent-encoded"}},
		{"POST", "/topics/a", []string{"X-Amz-Mqtt5-User-Property", "e30="}, []string{`the header "x-amz-mqtt5-user-property": the headers of MQTT 5's`}},
		{"GET", "/retainedMessage?maxresults=1", nil, []string{`the parameter "maxresults": write maxResults`}},
		{"GET", "/things/t/shadow?shadowName=n", nil, nil},
		{"GET", "/things/t/shadow?Name=n", nil, []string{`the parameter "Name": write name`}},
		{"DELETE", "/connections/c?cleansession=true", nil, []string{`the parameter "cleansession": write cleanSession`}},
		{"POST", "/connections/c/messages?topic=t&confirm=true", nil, nil},
		{"GET", "/retainedMessage/a?maxResults=1", nil, nil},
	} {
		b := newBroker(t, hooks.Options{})
		for range 2 {
			b.do(t, tt.method, tt.path, "x", "all", tt.header...)
		}
		var got []string
		for _, ev := range b.trace.Events(trace.Filter{Outcome: trace.Note}) {
			what, ok := strings.CutSuffix(ev.Detail, " has no effect, here and on AWS")
			what, _, _ = strings.Cut(what, " of "+tt.method)
			if ok && slices.Contains(ev.Rules, "B-802") {
				got = append(got, what+": "+ev.Hint)
			}
		}
		slices.Sort(got)
		if !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
			t.Errorf("%s %s: got %q, want %q (B-802)", tt.method, tt.path, got, tt.want)
		}
	}
}
