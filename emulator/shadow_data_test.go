package emulator_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What the real service answered, as its sources print it, re-created as data. All
// timestamps are 0, "T" is the thing.

// A shadowStep is a request and what all hear of it, "<end of topic> <JSON>", in order.
type shadowStep struct {
	op, body string
	said     []string
}

type shadowWalk struct {
	name, source string
	shadow       string // "" is the classic one
	rule         string
	steps        []shadowStep
}

// stamp is the metadata of a leaf.
const stamp = `{"timestamp":0}`

func shadowWalks() []shadowWalk {
	return []shadowWalk{
		{"the walkthrough of AWS's SDKs", "SDK-SHADOW", "", "S-45, S-50…S-56, S-59, S-60, S-71", sdkWalk()},
		{"a named shadow of the guide", "DG22:iot-shadows-tutorial", "simShadow1", "S-4, S-71", []shadowStep{
			{"get", "", []string{`get/rejected {"code":404,"message":"No shadow exists with name: 'simShadow1'"}`}},
			{"update", `{"state":{"reported":{"ID":"SmartLamp21","ColorRGB":[128,128,128]}},"clientToken":"426bfd96"}`, []string{
				`update/accepted {"state":{"reported":{"ID":"SmartLamp21","ColorRGB":[128,128,128]}},"metadata":{"reported":{"ID":` + stamp +
					`,"ColorRGB":[` + stamp + `,` + stamp + `,` + stamp + `]}},"version":1,"timestamp":0,"clientToken":"426bfd96"}`,
				`update/documents {"current":{"state":{"reported":{"ID":"SmartLamp21","ColorRGB":[128,128,128]}},"metadata":{"reported":{"ID":` +
					stamp + `,"ColorRGB":[` + stamp + `,` + stamp + `,` + stamp + `]}},"version":1},"timestamp":0,"clientToken":"426bfd96"}`}},
		}},
		{"a Julia client's", "JL", "", "S-32, S-52, S-55, S-70, S-71", []shadowStep{
			{"get", "", []string{`get/rejected {"code":404,"message":"No shadow exists with name: 'T'"}`}},
			{"update", `{"state":{"reported":{"foo":1}}}`, []string{"update/accepted ", "update/documents "}},
			{"update", `{"state":{"desired":{"foo":2}}}`, []string{"update/accepted ",
				`update/delta {"state":{"foo":2},"metadata":{"foo":` + stamp + `},"version":2,"timestamp":0}`, "update/documents "}},
			{"update", `{"state":{"reported":{"foo":2}}}`, []string{"update/accepted ", "update/documents "}},
			{"update", `{"state":{"desired":{"foo":null}}}`, []string{"update/accepted ",
				`update/documents {"previous":{"state":{"desired":{"foo":2},"reported":{"foo":2}},"metadata":{"desired":{"foo":` + stamp +
					`},"reported":{"foo":` + stamp + `}},"version":3},"current":{"state":{"reported":{"foo":2}},"metadata":{"reported":{"foo":` +
					stamp + `}},"version":4},"timestamp":0}`}},
			{"delete", "", []string{`delete/accepted {"version":4,"timestamp":0}`}},
			{"delete", "", []string{`delete/rejected {"code":404,"message":"No shadow exists with name: 'T'"}`}},
		}},
		{"state null", "MOTO test_update_empty_state", "", "S-31, S-48", []shadowStep{
			{"update", `{"state":null}`, []string{`update/accepted {"state":null,"metadata":` + stamp + `,"version":1,"timestamp":0}`,
				`update/documents {"current":{"state":{},"metadata":{},"version":1},"timestamp":0}`}},
			{"get", "", []string{`get/accepted {"state":{},"metadata":{},"version":1,"timestamp":0}`}},
			{"update", `{"state":{"desired":{"a":"b"}}}`, []string{"update/accepted ", "update/delta ", "update/documents "}},
			{"get", "", []string{`get/accepted {"state":{"desired":{"a":"b"},"delta":{"a":"b"}},"metadata":{"desired":{"a":` + stamp +
				`}},"version":2,"timestamp":0}`}},
			{"update", `{"state":null}`, []string{`update/accepted {"state":null,"metadata":` + stamp + `,"version":3,"timestamp":0}`,
				"update/documents "}},
			{"get", "", []string{`get/accepted {"state":{},"metadata":{},"version":3,"timestamp":0}`}},
		}},
		{"a version of before", "MOTO test_update", "", "S-25, S-37", []shadowStep{
			{"update", `{"state":{"desired":{"led":"on"}}}`, []string{"update/accepted ", "update/delta ", "update/documents "}},
			{"update", `{"state":{"reported":{"led":"on"}}}`, []string{`update/accepted {"state":{"reported":{"led":"on"}},"metadata":` +
				`{"reported":{"led":` + stamp + `}},"version":2,"timestamp":0}`, "update/documents "}},
			{"update", `{"state":{"desired":{"led":"on"}},"version":1}`, []string{`update/rejected {"code":409,"message":"Version conflict"}`}},
			{"update", `{"state":{"desired":{"led":"on"}},"version":2}`, []string{"update/accepted ", "update/documents "}},
		}},
		{"fields that go", "MOTO test_delete_field_from_device_shadow", "", "S-30, S-32", []shadowStep{
			{"update", `{"state":{"desired":{"state1":1,"state2":2}}}`, []string{"update/accepted ", "update/delta ", "update/documents "}},
			{"update", `{"state":{"desired":{"state1":null}}}`, []string{"update/accepted ", `update/delta {"state":{"state2":2},"metadata":` +
				`{"state2":` + stamp + `},"version":2,"timestamp":0}`, "update/documents "}},
			{"update", `{"state":{"desired":{"state2":null}}}`, []string{"update/accepted ", "update/documents "}},
			{"get", "", []string{`get/accepted {"state":{},"metadata":{},"version":3,"timestamp":0}`}},
		}},
		{"deleted, and made again", "S-63", "", "S-60…S-64, guess", []shadowStep{
			{"update", `{"state":{"reported":{"a":1}}}`, []string{"update/accepted ", "update/documents "}},
			{"delete", `{"clientToken":"t"}`, []string{`delete/accepted {"version":1,"timestamp":0,"clientToken":"t"}`}},
			{"get", `{"clientToken":"t"}`, []string{`get/rejected {"code":404,"message":"No shadow exists with name: 'T'","clientToken":"t"}`}},
			{"update", `{"state":{"reported":{"a":1}}}`, []string{`update/accepted {"state":{"reported":{"a":1}},"metadata":{"reported":{"a":` +
				stamp + `}},"version":3,"timestamp":0}`, `update/documents {"current":{"state":{"reported":{"a":1}},"metadata":{"reported":{"a":` +
				stamp + `}},"version":3},"timestamp":0}`}},
		}},
	}
}

// sdkWalk is the walkthrough that AWS prints. Its clients give each request a token,
// and print documents without it.
func sdkWalk() []shadowStep {
	dated := func(fields ...string) string { // {"Color":stamp}
		for i, f := range fields {
			fields[i] = fmt.Sprintf("%q:%s", f, stamp)
		}
		return "{" + strings.Join(fields, ",") + "}"
	}
	accepted := func(section, state, metadata string, version int) string {
		return fmt.Sprintf(`update/accepted {"clientToken":"t","state":{%q:%s},"metadata":{%q:%s},"timestamp":0,"version":%d}`,
			section, state, section, metadata, version)
	}
	update := func(section, state string) string {
		return fmt.Sprintf(`{"state":{%q:%s},"clientToken":"t"}`, section, state)
	}
	const green, red, redGreat = `{"Color":"green"}`, `{"Color":"red"}`, `{"Color":"red","Status":"Great"}`
	const token = `{"clientToken":"t"}`
	color, status := dated("Color"), dated("Status")
	both := dated("Color", "Status")
	document := func(desired, reported, metadata string, version int) string {
		return fmt.Sprintf(`{"state":{"desired":%s,"reported":%s},"metadata":{"desired":%s,"reported":%s},"version":%d}`,
			desired, reported, metadata, metadata, version)
	}
	documents := func(previous, current string) string {
		return `update/documents {"previous":` + previous + `,"current":` + current + `,"timestamp":0,"clientToken":"t"}`
	}
	const gone = `get/rejected {"clientToken":"t","code":404,"message":"No shadow exists with name: 'T'"}`
	return []shadowStep{
		{"get", token, []string{gone}},
		{"update", update("reported", green), []string{accepted("reported", green, color, 1),
			`update/documents {"current":{"state":{"reported":` + green + `},"metadata":{"reported":` + color + `},"version":1},"timestamp":0,` +
				`"clientToken":"t"}`}},
		{"get", token, []string{`get/accepted {"clientToken":"t","state":{"reported":` + green + `},"metadata":{"reported":` + color +
			`},"timestamp":0,"version":1}`}},
		{"update", update("desired", green), []string{accepted("desired", green, color, 2), "update/documents "}},
		{"update", update("desired", red), []string{accepted("desired", red, color, 3),
			`update/delta {"state":` + red + `,"metadata":` + color + `,"timestamp":0,"version":3,"clientToken":"t"}`,
			documents(document(green, green, color, 2), document(red, green, color, 3))}},
		{"update", update("reported", red), []string{accepted("reported", red, color, 4),
			documents(document(red, green, color, 3), document(red, red, color, 4))}},
		{"update", update("reported", `{"Status":"Great"}`), []string{"update/accepted ", "update/documents "}},
		{"update", update("desired", `{"Status":"Great"}`), []string{"update/accepted ", "update/documents "}},
		{"get", token, []string{`get/accepted {"clientToken":"t","state":{"desired":` + redGreat + `,"reported":` + redGreat +
			`},"metadata":{"desired":` + both + `,"reported":` + both + `},"timestamp":0,"version":6}`}},
		{"update", update("reported", `{"Status":"Awful"}`), []string{accepted("reported", `{"Status":"Awful"}`, status, 7),
			`update/delta {"state":{"Status":"Great"},"metadata":` + status + `,"timestamp":0,"version":7,"clientToken":"t"}`,
			documents(document(redGreat, redGreat, both, 6), document(redGreat, `{"Color":"red","Status":"Awful"}`, both, 7))}},
		{"update", update("reported", `{"Status":null}`), []string{"update/accepted ", "update/delta ", "update/documents "}},
		{"update", update("desired", `{"Status":null}`), []string{"update/accepted ", "update/documents "}},
		{"get", token, []string{`get/accepted {"clientToken":"t","state":{"desired":` + red + `,"reported":` + red +
			`},"metadata":{"desired":` + color + `,"reported":` + color + `},"timestamp":0,"version":9}`}},
		{"delete", token, []string{`delete/accepted {"clientToken":"t","timestamp":0,"version":9}`}},
		{"get", token, []string{gone}},
	}
}

// The printed answers come from here, whatever way they are asked for [S-80, S-84].
func TestShadowAnswers(t *testing.T) {
	t.Parallel()
	s := newShadowCalls(t)
	for _, w := range shadowWalks() {
		for i, way := range shadowWays {
			at := shadowAt{fmt.Sprint("T", i), w.shadow}
			for n, step := range w.steps {
				where := fmt.Sprintf("%s over %s, step %d: %s %s", w.name, way, n+1, step.op, step.body)
				s.compare(where, w.source+", "+w.rule, way, s.ask(way, step.op, at, step.body), step.said, at)
			}
			s.ask(way, "delete", at, "")
			s.pass(counted + time.Hour) // the next walk begins with version 1 [S-63]
		}
	}
}

// shadowToken takes the token of sdkWalk away.
var shadowToken = strings.NewReplacer(`"clientToken":"t",`, "", `,"clientToken":"t"`, "")

// compare compares what was heard with what a source prints, whose "T" is the thing.
func (s *shadowCalls) compare(where, source, way string, got shadowHeard, want []string, at shadowAt) {
	s.t.Helper()
	var topics []string
	for _, text := range want {
		topic, body, _ := strings.Cut(text, " ")
		body = strings.ReplaceAll(body, "'T'", "'"+at.thing+"'")
		if way == "HTTP" && !strings.HasPrefix(topic, "update/") { // it has no token to answer with
			body = shadowToken.Replace(body)
		}
		topics = append(topics, topic)
		answer := got.answer
		if i := slices.IndexFunc(got.said, func(said shadowSaid) bool { return said.topic == topic }); i >= 0 {
			answer = got.said[i].body
		}
		if way == "HTTP" && strings.HasSuffix(topic, "/rejected") {
			if !strings.Contains(body, fmt.Sprintf(`"code":%d,"message":%q`, got.code, got.text)) {
				s.t.Errorf("%s: got %d %q, want %s (%s)", where, got.code, got.text, body, source)
			}
			continue
		}
		if body != "" && undated(answer) != undated(s.decode([]byte(body))) {
			s.t.Errorf("%s: got on %s\n%s\nwant\n%s (%s)", where, topic, undated(answer), undated(s.decode([]byte(body))), source)
		}
		if topic == lastAnswer(want) && undated(got.answer) != undated(answer) { // over HTTP it is the answer, too
			s.t.Errorf("%s: got the answer %s, want what is on %s (%s)", where, canonical(got.answer), topic, source)
		}
	}
	if way == "HTTP" && (strings.HasPrefix(topics[0], "get/") || strings.HasSuffix(topics[0], "/rejected")) {
		topics = nil // [S-75, S-84]
	}
	var heard []string
	for _, said := range got.said {
		heard = append(heard, said.topic)
	}
	if !slices.Equal(heard, topics) {
		s.t.Errorf("%s: got %q, want %q (S-58, %s)", where, heard, topics, source)
	}
}

// lastAnswer is the topic of the answer: the first, since the others are notifications.
func lastAnswer(want []string) string {
	topic, _, _ := strings.Cut(cmp.Or(want[0], " "), " ")
	return topic
}

// What moto checks on AWS of a delta: one update, a second one, and the state that a
// get has after each [S-30, S-32, S-33, S-54, S-57].
func TestShadowDeltas(t *testing.T) {
	t.Parallel()
	s := newShadowCalls(t)
	same := func(state string) string { return `{"desired":` + state + `,"delta":` + state + `}` }
	tests := []struct{ source, first, then, second, finally string }{
		{"boolean flip", `{"desired":{"online":true}}`, same(`{"online":true}`), `{"reported":{"online":false}}`,
			`{"desired":{"online":true},"reported":{"online":false},"delta":{"online":true}}`},
		{"boolean flip", `{"desired":{"enabled":true}}`, same(`{"enabled":true}`), `{"reported":{"online":false,"enabled":true}}`,
			`{"desired":{"enabled":true},"reported":{"online":false,"enabled":true}}`},
		{"no data", `{}`, `{}`, `{"reported":{"online":false}}`, `{"reported":{"online":false}}`},
		{"missing data", `{}`, `{}`, `{"reported":{"online":null}}`, `{}`},
		{"missing data", `{"desired":{}}`, `{}`, `{"reported":{"online":false}}`, `{"reported":{"online":false}}`},
		{"missing key", `{"desired":{"enabled":true}}`, same(`{"enabled":true}`), `{"reported":{}}`, same(`{"enabled":true}`)},
		{"changed key", `{"desired":{"enabled":true}}`, same(`{"enabled":true}`), `{"reported":{"online":true}}`,
			`{"desired":{"enabled":true},"reported":{"online":true},"delta":{"enabled":true}}`},
		{"remove from list", `{"reported":{"list":["value_1","value_2"]}}`, `{"reported":{"list":["value_1","value_2"]}}`,
			`{"desired":{"list":["value_1"]}}`,
			`{"desired":{"list":["value_1"]},"reported":{"list":["value_1","value_2"]},"delta":{"list":["value_1"]}}`},
		{"remove and update from list", `{"reported":{"list":["value_1","value_2"]}}`, `{"reported":{"list":["value_1","value_2"]}}`,
			`{"desired":{"list":["value_1","value_3"]}}`,
			`{"desired":{"list":["value_1","value_3"]},"reported":{"list":["value_1","value_2"]},"delta":{"list":["value_1","value_3"]}}`},
		{"nested lists", `{"reported":{"list":[["value_1"],["value_2"]]}}`, `{"reported":{"list":[["value_1"],["value_2"]]}}`,
			`{"desired":{"list":[["value_1"]]}}`,
			`{"desired":{"list":[["value_1"]]},"reported":{"list":[["value_1"],["value_2"]]},"delta":{"list":[["value_1"]]}}`},
		{"append to nested list", `{"reported":{"a":{"b":["d"]}}}`, `{"reported":{"a":{"b":["d"]}}}`, `{"desired":{"a":{"b":["c","d"]}}}`,
			`{"delta":{"a":{"b":["c","d"]}},"desired":{"a":{"b":["c","d"]}},"reported":{"a":{"b":["d"]}}}`},
		{"nested dict", `{"reported":{"a":{"b":{"c":"d","e":"f"}}}}`, `{"reported":{"a":{"b":{"c":"d","e":"f"}}}}`,
			`{"desired":{"a":{"b":{"c":"d2"}}}}`,
			`{"delta":{"a":{"b":{"c":"d2"}}},"desired":{"a":{"b":{"c":"d2"}}},"reported":{"a":{"b":{"c":"d","e":"f"}}}}`},
		{"nested dict", `{"reported":{"a1":{"b1":{"c":"d"}}}}`, `{"reported":{"a1":{"b1":{"c":"d"}}}}`,
			`{"desired":{"a1":{"b1":{"c":"d"}},"a2":{"b2":"sth"}}}`,
			`{"delta":{"a2":{"b2":"sth"}},"desired":{"a1":{"b1":{"c":"d"}},"a2":{"b2":"sth"}},"reported":{"a1":{"b1":{"c":"d"}}}}`},
		{"nested dict", `{"reported":{"a":{"b1":{"c":"d"}}}}`, `{"reported":{"a":{"b1":{"c":"d"}}}}`,
			`{"desired":{"a":{"b1":{"c":"d"},"b2":"sth"}}}`,
			`{"delta":{"a":{"b2":"sth"}},"desired":{"a":{"b1":{"c":"d"},"b2":"sth"}},"reported":{"a":{"b1":{"c":"d"}}}}`},
		{"insert new dicts", `{"desired":{"a":1,"b":{"c":3}}}`, same(`{"a":1,"b":{"c":3}}`), `{"desired":{"a":1,"b":{"c":3},"d":{}}}`,
			same(`{"a":1,"b":{"c":3},"d":{}}`)},
		{"existing value with new dicts", `{"desired":{"a":1,"b":{"c":3},"d":{}}}`, same(`{"a":1,"b":{"c":3},"d":{}}`),
			`{"desired":{"a":1,"b":{"c":{}},"d":{}}}`, same(`{"a":1,"b":{"c":{}},"d":{}}`)},
		{"existing value with full dicts", `{"desired":{"a":1,"b":{"c":3}}}`, same(`{"a":1,"b":{"c":3}}`),
			`{"desired":{"a":1,"b":{"c":{"d":3}}}}`, same(`{"a":1,"b":{"c":{"d":3}}}`)},
		{"S-57", `{"desired":{"n":1,"s":"1"}}`, same(`{"n":1,"s":"1"}`), `{"reported":{"n":1.0,"s":1}}`,
			`{"desired":{"n":1,"s":"1"},"reported":{"n":1.0,"s":1},"delta":{"s":"1"}}`},
		{"S-57: more digits than a float has", `{"desired":{"n":9007199254740993}}`, same(`{"n":9007199254740993}`),
			`{"reported":{"n":9007199254740992}}`,
			`{"desired":{"n":9007199254740993},"reported":{"n":9007199254740992},"delta":{"n":9007199254740993}}`},
	}
	for i, tt := range tests {
		for _, way := range shadowWays {
			at := shadowAt{fmt.Sprint("delta", i), strings.ReplaceAll("way-"+way, ".", "-")}
			for n, step := range [][2]string{{tt.first, tt.then}, {tt.second, tt.finally}} {
				if h := s.ask(way, "update", at, `{"state":`+step[0]+`}`); h.code != 200 {
					t.Errorf("%s, update %d over %s: got %d %q, want 200 (MOTO)", tt.source, n+1, way, h.code, h.text)
				}
				got, _ := s.ask(way, "get", at, "").answer.(map[string]any)
				if want := canonical(s.decode([]byte(step[1]))); canonical(got["state"]) != want {
					t.Errorf("%s, get %d over %s: got %s, want %s (MOTO)", tt.source, n+1, way, canonical(got["state"]), want)
				}
			}
		}
	}
}
