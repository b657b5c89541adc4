package emulator_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var shadowSeed = flag.Uint64("shadow-seed", 0, "seed of TestShadowsAtRandom; 0 is another one each time")

// TestShadowsAtRandom asks at random, by clients of all kinds, for a few shadows, and
// compares all that is said with the model of shadow_model_test.go: state, metadata,
// versions, deltas, refusals, and who hears them [S-20…S-75, S-84].
func TestShadowsAtRandom(t *testing.T) {
	t.Parallel()
	seed := *shadowSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("go test ./emulator -run TestShadowsAtRandom -shadow-seed %d", seed)
	r := &shadowRandom{shadowCalls: newShadowCalls(t), rand: rand.New(rand.NewPCG(seed, 1)), models: map[shadowAt]*shadowModel{}}
	for _, at := range []shadowAt{{"one", ""}, {"one", "$two:3"}, {"two", ""}, {"two", "one"}} {
		r.models[at] = &shadowModel{label: at.label()}
		r.places = append(r.places, at)
	}
	for i := range 600 {
		if r.step(i); t.Failed() {
			break
		}
	}
	for _, seen := range []string{"update", "get", "delete", "404", "409", "400", "delta", "forgotten"} {
		if r.seen[seen] == 0 {
			t.Errorf("there was no %s: the requests do not show much", seen)
		}
	}
}

type shadowRandom struct {
	*shadowCalls
	rand   *rand.Rand
	places []shadowAt
	models map[shadowAt]*shadowModel
	seen   map[string]int
}

func (r *shadowRandom) step(i int) {
	at, way := pick(r.rand, r.places...), pick(r.rand, shadowWays...)
	m := r.models[at]
	if r.rand.IntN(4) == 0 {
		r.pass(pick(r.rand, time.Second, time.Second, 3*time.Second, time.Minute, 47*time.Hour, counted+time.Hour))
	}
	if before := m.version; !m.exists {
		if m.forget(r.ahead); m.version < before {
			r.saw("forgotten")
		}
	}
	op := pick(r.rand, "update", "update", "update", "update", "update", "get", "get", "delete")
	body := r.body(op, m)
	if way == "HTTP" && op != "update" {
		body = ""
	}
	h := r.ask(way, op, at, body)
	code, message, said := r.expect(m, op, body, h)
	where := fmt.Sprintf("step %d: %s of %+v over %s: %s", i, op, at, way, body)
	if h.code != code || h.text != message {
		r.t.Errorf("%s\ngot %d %q, want %d %q", where, h.code, h.text, code, message)
		return
	}
	r.saw(op)
	r.saw(fmt.Sprint(code))
	r.agree(where, way, h, said)
}

// expect is what the model says of a request; the model goes on.
func (r *shadowRandom) expect(m *shadowModel, op, body string, h shadowHeard) (code int, message string, said []shadowSaid) {
	request := map[string]any{}
	if body != "" {
		if v, err := decodeNumbers([]byte(body)); err == nil {
			request, _ = v.(map[string]any)
		}
	}
	refuse := func(code int, message, token string) (int, string, []shadowSaid) {
		rejected := shadowRefusal{code: code, message: message, token: token}.rejected()
		return code, message, []shadowSaid{{op + "/rejected", rejected}}
	}
	token, _ := request["clientToken"].(string)
	for _, refusal := range shadowRefusals() {
		if op == "update" && body == refusal.body {
			return refuse(refusal.code, refusal.message, refusal.token)
		}
	}
	version, versioned := request["version"].(json.Number)
	switch {
	case op != "update" && !m.exists:
		return refuse(404, "No shadow exists with name: '"+m.label+"'", token) // [S-62, S-71]
	case versioned && !m.exists && version != "1":
		return refuse(400, "Invalid version", token) // [S-26, guess]
	case versioned && m.exists && string(version) != fmt.Sprint(m.version):
		return refuse(409, "Version conflict", token) // [S-25]
	}
	stamp := r.stampOf(h.answer)
	switch op {
	case "update":
		said = m.update(request, stamp)
	case "get":
		said = m.get(request, stamp)
	default:
		said = m.delete(request, stamp, r.ahead)
	}
	return 200, "", said
}

// agree compares messages, and over HTTP the answer.
func (r *shadowRandom) agree(where, way string, h shadowHeard, want []shadowSaid) {
	r.t.Helper()
	if way == "HTTP" {
		first := want[0]
		if h.code == 200 && canonical(h.answer) != canonical(first.body) {
			r.t.Errorf("%s\ngot the answer %s\nwant %s", where, canonical(h.answer), canonical(first.body))
		}
		if h.code != 200 || strings.HasPrefix(first.topic, "get/") {
			want = nil // [S-75, S-84]
		}
	}
	line := func(all []shadowSaid) string {
		var b strings.Builder
		for _, s := range all {
			if s.topic == "update/delta" {
				r.saw("delta")
			}
			b.WriteString(s.topic + " " + canonical(s.body) + "\n")
		}
		return b.String()
	}
	if got, want := line(h.said), line(want); got != want {
		r.t.Errorf("%s\ngot\n%swant\n%s", where, got, want)
	}
}

func (r *shadowRandom) saw(what string) {
	if r.seen == nil {
		r.seen = map[string]int{}
	}
	r.seen[what]++
}

// body is a request's, now and then one that is refused.
func (r *shadowRandom) body(op string, m *shadowModel) string {
	var members []string
	if r.rand.IntN(2) == 0 {
		members = append(members, fmt.Sprintf(`"clientToken":%q`, fmt.Sprint("token-", r.rand.IntN(1000))))
	}
	if op != "update" {
		if len(members) == 0 {
			return ""
		}
		return "{" + members[0] + "}"
	}
	if r.rand.IntN(8) == 0 {
		return pick(r.rand, shadowRefusals()...).body
	}
	switch r.rand.IntN(6) {
	case 0:
		members = append(members, fmt.Sprintf(`"version":%d`, m.version))
	case 1:
		members = append(members, fmt.Sprintf(`"version":%d`, max(m.version-1+2*r.rand.IntN(2), 0)))
	}
	members = append(members, `"state":`+r.state())
	if r.rand.IntN(4) == 0 {
		members = append(members, `"other":{"desired":1}`) // [S-23]
	}
	r.rand.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, ",") + "}"
}

func (r *shadowRandom) state() string {
	if r.rand.IntN(20) == 0 {
		return "null"
	}
	var sections []string
	for _, name := range []string{"desired", "reported"} {
		switch r.rand.IntN(12) {
		case 0:
			sections = append(sections, fmt.Sprintf("%q:null", name))
		case 1, 2, 3, 4, 5, 6, 7:
			sections = append(sections, fmt.Sprintf("%q:%s", name, r.object(3)))
		}
	}
	return "{" + strings.Join(sections, ",") + "}"
}

func (r *shadowRandom) object(deep int) string {
	var members []string
	for _, key := range []string{"a", "b", "c", "<é\\\"/"} {
		if r.rand.IntN(3) == 0 {
			members = append(members, fmt.Sprintf("%s:%s", `"`+key+`"`, r.value(deep-1)))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (r *shadowRandom) value(deep int) string {
	if deep > 0 && r.rand.IntN(3) == 0 {
		return r.object(deep)
	}
	return pick(r.rand, "null", "null", "1", "1.0", "10e-1", "2", "-0.5", "12345678901234567890", "12345678901234567891", `"1"`, `"on"`, `"on"`,
		`""`, "true", "true", "false", "[]", "[1,2]", "[1.0,2]", `[[1],{"a":1}]`, `[{"a":1,"b":{}}]`, `"\u00e9"`, `"é"`)
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// Requests of several clients for one shadow are served one after the other: each
// accepted update has its version, and its messages are together [S-25, S-37, S-58].
func TestShadowAskedAtOnce(t *testing.T) {
	t.Parallel()
	s := newShadowCalls(t)
	at := shadowAt{thing: "shared"}
	const clients, updates = 6, 8 // no more than wait at a time [S-77]
	done := make(chan error, clients)
	for i := range clients {
		device := s.device(byte(4+i%2), fmt.Sprint("at once ", i))
		go func() {
			var err error
			for n := range updates {
				body := fmt.Sprintf(`{"state":{"desired":{"n%d":%d}},"clientToken":"%d"}`, i, n, i)
				if _, err = device.Publish(at.prefix()+"update", body); err != nil {
					break
				}
			}
			done <- err
		}()
	}
	var said []shadowSaid
	for len(said) < 3*clients*updates {
		m := s.hear()
		if name := strings.TrimPrefix(m.TopicName, at.prefix()); name != "update" {
			said = append(said, shadowSaid{name, s.decode(m.Payload)})
		}
	}
	for range clients {
		must(t, <-done)
	}
	document := "null"
	for n := range clients * updates {
		three := said[3*n : 3*n+3]
		documents, _ := three[2].body.(map[string]any)
		current, _ := documents["current"].(map[string]any)
		for i, want := range []string{"update/accepted", "update/delta", "update/documents"} {
			if three[i].topic != want {
				t.Fatalf("message %d: got %s, want %s (S-58)", 3*n+i, three[i].topic, want)
			}
		}
		for _, body := range []any{three[0].body, three[1].body, current} {
			if got := fmt.Sprint(body.(map[string]any)["version"]); got != fmt.Sprint(n+1) {
				t.Errorf("got version %s of update %d, want it to count (S-37)", got, n+1)
			}
		}
		if got := canonical(documents["previous"]); got != document {
			t.Errorf("update %d: got the previous document %s, want %s (S-50)", n+1, got, document)
		}
		document = canonical(current)
	}
}
