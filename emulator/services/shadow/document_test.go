package shadow

import (
	"fmt"
	"strings"
	"testing"
)

// after is what is kept after updates, and its delta.
func after(t *testing.T, updates ...string) (state, differs string) {
	t.Helper()
	s := opened(t, Options{})
	for _, u := range updates {
		if out := s.Do(Request{ID: pump, Op: Update, Payload: []byte(`{"state":` + u + `}`)}, nil); out.Refusal != nil {
			t.Fatalf("%s: got %v", u, out.Refusal)
		} else if differs = ""; out.Delta != nil {
			differs = string(out.Delta)
		}
	}
	kept, _ := s.State(pump)
	return string(kept), differs
}

// What updates come to, and what differs then.
func TestMerge(t *testing.T) {
	tests := []struct {
		rule    string
		updates []string
		state   string
		delta   string
	}{
		{"S-30", []string{`{"desired":{"a":{"b":1,"c":2}}}`, `{"desired":{"a":{"c":3}}}`}, `{"desired":{"a":{"b":1,"c":3}}}`,
			`{"a":{"b":1,"c":3}}`},
		{"S-30", []string{`{"desired":{"a":[1,2,3]}}`, `{"desired":{"a":[4]}}`}, `{"desired":{"a":[4]}}`, `{"a":[4]}`},
		{"S-30", []string{`{"desired":{"a":1,"b":2}}`, `{"desired":{"a":null}}`}, `{"desired":{"b":2}}`, `{"b":2}`},
		{"S-31", []string{`{"desired":{"a":1},"reported":{"a":1}}`, `{"desired":null}`}, `{"reported":{"a":1}}`, ``},
		{"S-31", []string{`{"desired":{"a":1},"reported":{"a":1}}`, `null`}, `{}`, ``},
		{"S-32", []string{`{"desired":{"a":1},"reported":{"a":1}}`, `{"desired":{"a":null}}`}, `{"reported":{"a":1}}`, ``},
		{"S-33", []string{`{"desired":{"a":1,"d":{}}}`}, `{"desired":{"a":1,"d":{}}}`, `{"a":1,"d":{}}`},
		{"S-33", []string{`{"desired":{"c":5}}`, `{"desired":{"c":{}}}`}, `{"desired":{"c":{}}}`, `{"c":{}}`},
		{"S-33", []string{`{"desired":{}}`}, `{}`, ``},
		{"S-33", []string{`{"desired":{"d":{}}}`, `{"desired":{"d":{"x":null}}}`}, `{"desired":{"d":{}}}`, `{"d":{}}`},
		{"S-34", []string{`{"desired":{"d":{"e":{"x":1}},"k":1}}`, `{"desired":{"d":{"e":{"x":null}}}}`}, `{"desired":{"k":1}}`, `{"k":1}`},
		{"S-34", []string{`{"desired":{"d":{"x":null},"k":1}}`}, `{"desired":{"k":1}}`, `{"k":1}`},
		{"S-35", []string{`{"reported":{"x":null}}`}, `{}`, ``},
		{"S-36", []string{`{"desired":{"a":{"b":1}}}`, `{"desired":{"a":2}}`}, `{"desired":{"a":2}}`, `{"a":2}`},
		{"S-36", []string{`{"desired":{"a":2}}`, `{"desired":{"a":{"b":null,"c":1}}}`}, `{"desired":{"a":{"c":1}}}`, `{"a":{"c":1}}`},
		{"S-54", []string{`{"desired":{"a":{"b":1,"c":2},"l":[1,2]},"reported":{"a":{"b":1,"z":0},"l":[1,2],"y":1}}`},
			`{"desired":{"a":{"b":1,"c":2},"l":[1,2]},"reported":{"a":{"b":1,"z":0},"l":[1,2],"y":1}}`, `{"a":{"c":2}}`},
		{"S-54", []string{`{"desired":{"a":{"l":[1,{"b":2}]}},"reported":{"a":{"l":[1,{"b":3}]}}}`},
			`{"desired":{"a":{"l":[1,{"b":2}]}},"reported":{"a":{"l":[1,{"b":3}]}}}`, `{"a":{"l":[1,{"b":2}]}}`},
		{"S-55", []string{`{"desired":{"a":1},"reported":{"a":1}}`, `{"reported":{"a":null}}`}, `{"desired":{"a":1}}`, `{"a":1}`},
		{"S-57", []string{`{"desired":{"a":1,"b":"1","c":true,"d":1e2},"reported":{"a":1.0,"b":1,"c":"true","d":100}}`},
			`{"desired":{"a":1,"b":"1","c":true,"d":1e2},"reported":{"a":1.0,"b":1,"c":"true","d":100}}`, `{"b":"1","c":true}`},
		{"S-57", []string{`{"desired":{"a":[{"x":1,"y":0}]},"reported":{"a":[{"y":-0.0,"x":1.0}]}}`},
			`{"desired":{"a":[{"x":1,"y":0}]},"reported":{"a":[{"y":-0.0,"x":1.0}]}}`, ``},
		{"the last of a name counts", []string{`{"desired":{"a":1,"b":2,"a":3}}`}, `{"desired":{"a":3,"b":2}}`, `{"a":3,"b":2}`},
	}
	for _, tt := range tests {
		state, differs := after(t, tt.updates...)
		if state != tt.state || differs != tt.delta {
			t.Errorf("%v: got %s, delta %q, want %s, delta %q (%s)", tt.updates, state, differs, tt.state, tt.delta, tt.rule)
		}
	}
}

// Numbers keep their text, and are the same by their value.
func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"1", "1.0", true}, {"1e2", "100", true}, {"1E+2", "100.00", true}, {"0.1", "1e-1", true}, {"0", "-0.0", true}, {"0e9", "0", true},
		{"12345678901234567890", "12345678901234567891", false}, {"0.1", "0.10000000000000000001", false}, {"1", "-1", false},
		{"1e999999999999", "1e999999999999", true}, {"1e999999999999", "1", false}, {"100", "1", false}, {"1e400", "1e401", false},
	} {
		if got := sameNumber(tt.a, tt.b); got != tt.same || sameNumber(tt.b, tt.a) != got {
			t.Errorf("%s and %s: got %v, want %v (S-57)", tt.a, tt.b, got, tt.same)
		}
	}
	const n = `{"desired":{"n":[1.50,12345678901234567890.10,1E5,-0]}}`
	if state, _ := after(t, n); state != n {
		t.Errorf("got %s, want %s", state, n)
	}
}

// What is rejected, with AWS's text, and where it is wrong. A second row of one rule says
// what is accepted yet.
func TestRejected(t *testing.T) {
	nested := func(levels int) string {
		return `{"state":{"desired":` + strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels) + `}}`
	}
	sized := func(bytes int) string { // of desired
		return fmt.Sprintf(`{"state":{"desired":{"a":%q}}}`, strings.Repeat("x", bytes-len(`{"a":""}`)))
	}
	tests := []struct{ rule, payload, want, path string }{
		{"S-27", ``, "400 Invalid JSON", ""},
		{"S-72", `{"state":{}}x`, "400 Invalid JSON", ""},
		{"S-73", "{\"state\":{\"desired\":{\"a\":\"\xff\"}}}", "415 Unsupported documented encoding; supported encoding is UTF-8", ""},
		{"S-20", `{}`, "400 Missing required node: state", "state"},
		{"S-20", `[]`, "400 Missing required node: state", "state"},
		{"S-21", `{"state":1}`, "400 State node must be an object", "state"},
		{"S-21", `{"state":{"desired":[]}}`, "400 Desired node must be an object", "state.desired"},
		{"S-21", `{"state":{"reported":"a"}}`, "400 Reported node must be an object", "state.reported"},
		{"S-21", `{"state":{"reported":null}}`, "", ""},
		{"S-22", `{"state":{"on":true}}`, "400 State contains an invalid node: 'on'", "state.on"},
		{"S-22", `{"state":{"desired":{},"delta":1}}`, "400 State contains an invalid node: 'delta'", "state.delta"},
		{"S-23", `{"state":{},"on":true}`, "", ""},
		{"S-24", `{"state":{},"clientToken":"` + strings.Repeat("x", 65) + `"}`, "400 Invalid clientToken", "clientToken"},
		{"S-24", `{"state":{},"clientToken":"` + strings.Repeat("x", 64) + `"}`, "", ""},
		{"S-24", `{"state":{},"clientToken":"` + strings.Repeat("é", 33) + `"}`, "400 Invalid clientToken", "clientToken"},
		{"S-24", `{"state":{},"clientToken":1}`, "400 Invalid clientToken", "clientToken"},
		{"S-24", `{"state":{},"clientToken":""}`, "", ""},
		{"S-25", `{"state":{},"version":-1}`, "400 Invalid version", "version"},
		{"S-25", `{"state":{},"version":"1"}`, "400 Invalid version", "version"},
		{"S-25", `{"state":{},"version":1.5}`, "400 Invalid version", "version"},
		{"S-25", `{"state":{},"version":null}`, "400 Invalid version", "version"},
		{"S-26", `{"state":{},"version":2}`, "400 Invalid version", "version"},
		{"S-26", `{"state":{},"version":1.0}`, "", ""},
		{"S-29", `{"state":{"desired":{"a":[1,[null]]}}}`, "400 State contains an invalid node", "state.desired.a[1][0]"},
		{"S-39", sized(8193), "413 The payload exceeds the maximum size allowed", ""},
		{"S-39", sized(8192), "", ""},
		{"S-39", strings.Repeat(" ", 8192) + `{"state":{}}`, "", ""},
		{"S-28", strings.Repeat("x", 8193), "413 The payload exceeds the maximum size allowed", ""},
		{"S-40", nested(7), "400 JSON contains too many levels of nesting; maximum is 6", "state.desired"},
		{"S-40", nested(6), "", ""},
		{"S-28", `{"state":1,"version":"x","clientToken":1}`, "400 State node must be an object", "state"},
		{"S-28", `{"state":{"desired":1,"reported":1},"version":"x"}`, "400 Desired node must be an object", "state.desired"},
		{"S-28", `{"state":{},"version":"x","clientToken":1}`, "400 Invalid version", "version"},
	}
	for _, tt := range tests {
		out := opened(t, Options{}).Do(Request{ID: pump, Op: Update, Payload: []byte(tt.payload)}, nil)
		got, path := "", ""
		if why := out.Refusal; why != nil {
			if got, path = why.Error(), why.Path; why.Detail == "" || why.Hint == "" || len(why.Rules) == 0 {
				t.Errorf("%.80s: got %+v, want it to say why, and what to write instead", tt.payload, why)
			}
		}
		if got != tt.want || path != tt.path {
			t.Errorf("%.80s: got %q at %q, want %q at %q (%s)", tt.payload, got, path, tt.want, tt.path, tt.rule)
		}
	}
}

// The limit is on what an update would lead to [S-39], and a conflict comes last [S-28].
func TestRejectedForWhatThereIs(t *testing.T) {
	s := opened(t, Options{})
	long := strings.Repeat("x", 5000)
	s.told(pump, Update, fmt.Sprintf(`{"state":{"desired":{"a":%q}}}`, long))
	for _, tt := range []struct{ rule, payload, want string }{
		{"S-39", fmt.Sprintf(`{"state":{"reported":{"a":%q}}}`, long), "413 The payload exceeds the maximum size allowed"},
		{"S-25", `{"state":{},"version":7}`, "409 Version conflict"},
		{"S-28", `{"state":{"desired":1},"version":7}`, "400 Desired node must be an object"},
		{"S-39", fmt.Sprintf(`{"state":{"desired":{"a":null},"reported":{"a":%q}},"version":1}`, long), ""},
	} {
		got := ""
		if out := s.Do(Request{ID: pump, Op: Update, Payload: []byte(tt.payload)}, nil); out.Refusal != nil {
			got = out.Refusal.Error()
		}
		if got != tt.want {
			t.Errorf("%.60s: got %q, want %q (%s)", tt.payload, got, tt.want, tt.rule)
		}
	}
}

// Accepted has what the request named, with nulls and new times; documents keeps old ones
// [S-45, S-46, S-47, S-51].
func TestTimes(t *testing.T) {
	old := []byte(`{"version":1,"timestamp":5,"state":{"desired":{"a":1,"l":[1,2]}},"metadata":{"desired":{"a":{"timestamp":5},` +
		`"l":[{"timestamp":5},{"timestamp":5}]}}}`)
	on := new(desk)
	d := on.decode(string(old))
	u, why := on.parseUpdate([]byte(`{"state":{"desired":{"a":null,"o":{"n":1}}}}`), 9)
	if why != nil {
		t.Fatal(why)
	}
	next := updated(d, u, 2, 9)
	for _, tt := range []struct{ what, got, want string }{
		{"accepted", string(u.accepted(next)), `{"state":{"desired":{"a":null,"o":{"n":1}}},"metadata":{"desired":{"a":{"timestamp":9},` +
			`"o":{"n":{"timestamp":9}}}},"version":2,"timestamp":9}`},
		{"kept", next.encode(on), `{"version":2,"timestamp":9,"state":{"desired":{"l":[1,2],"o":{"n":1}}},` +
			`"metadata":{"desired":{"l":[{"timestamp":5},{"timestamp":5}],"o":{"n":{"timestamp":9}}}}}`},
		{"as before", d.encode(on), string(old)},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s (S-45, S-46, S-47, S-51)", tt.what, tt.got, tt.want)
		}
	}
}

// What is kept is read as it was written, also where texts look like what is around them.
func TestKeptIsReadAgain(t *testing.T) {
	for _, kept := range []string{
		`{"version":1,"timestamp":1700000000,"state":{},"metadata":{}}`,
		`{"version":123456789,"timestamp":3,"state":{"reported":{}},"metadata":{"reported":{}}}`,
		`{"version":2,"timestamp":3,"state":{"desired":{"a":-1.5e3,"b":"x","c":true,"d":{"e":[1,[2,{"f":false}],[],{}]}},"reported":{"a":0}},` +
			`"metadata":{"desired":{"a":{"timestamp":1},"b":{"timestamp":2},"c":{"timestamp":3},` +
			`"d":{"e":[{"timestamp":4},[{"timestamp":5},{"f":{"timestamp":6}}],[],{}]}},"reported":{"a":{"timestamp":7}}}}`,
		`{"version":2,"timestamp":3,"state":{"reported":{"metadata":{"timestamp":5},"state":"\",\"metadata\":{","version":[" : , "]}},` +
			`"metadata":{"reported":{"metadata":{"timestamp":{"timestamp":1}},"state":{"timestamp":2},"version":[{"timestamp":3}]}}}`,
		`{"version":2,"timestamp":3,"state":{"desired":{"\"timestamp\":9":"ü\\\u0001","€":"\n"}},` +
			`"metadata":{"desired":{"\"timestamp\":9":{"timestamp":1},"€":{"timestamp":2}}}}`,
	} {
		on := new(desk)
		d := on.decode(kept)
		if whole := string(d.appendWhole(nil)); !strings.HasSuffix(kept[:len(kept)-1], whole[1:strings.LastIndex(whole, `,"version"`)]) {
			t.Errorf("got %s as a part of\n%s", whole, kept)
		}
		if again := d.encode(on); again != kept {
			t.Errorf("got\n%s\nwant\n%s (S-46)", again, kept)
		}
		if e, err := decodeEntry([]byte(kept)); err != nil || e.document != kept {
			t.Errorf("as it is loaded: got %v %v, want\n%s (S-91)", e, err, kept)
		}
	}
}
