package shadow

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// at is the time of all that these tests do: 2024-11-01.
const at = 1730481958

func opened(t testing.TB, o Options) *Shadows {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return time.Unix(at, 0) }
	}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var pump = ID{Thing: "pump-7"}

// told is what a request publishes, a line each: what comes after the prefix of the
// shadow's topics, and the payload.
func (s *Shadows) told(id ID, op Op, payload string) (lines []string) {
	s.Do(Request{ID: id, Op: op, Payload: []byte(payload)}, func(out *Outcome) {
		for _, m := range out.Messages {
			lines = append(lines, strings.TrimPrefix(m.Topic, id.Prefix()+"/")+" "+string(m.Payload))
		}
	})
	return lines
}

// TestWalkthrough is AWS's own, with the members in the order that its service has
// [SDK-SHADOW; JL for the bytes of 404]. T is the time, <T> the metadata of it.
func TestWalkthrough(t *testing.T) {
	s := opened(t, Options{})
	const green = `{"reported":{"Color":"green"}},"metadata":{"reported":{"Color":<T>}}`
	steps := []struct {
		op      Op
		payload string
		want    []string
		source  string
	}{
		{Get, ``, []string{`get/rejected {"code":404,"message":"No shadow exists with name: 'pump-7'"}`}, "S-71"},
		{Update, `{"state":{"reported":{"Color":"green"}},"clientToken":"a"}`, []string{
			`update/accepted {"state":` + green + `,"version":1,"timestamp":T,"clientToken":"a"}`,
			`update/documents {"current":{"state":` + green + `,"version":1},"timestamp":T,"clientToken":"a"}`},
			"S-38, S-45, S-52"},
		{Update, `{"state":{"desired":{"Color":"red"}},"version":1}`, []string{
			`update/accepted {"state":{"desired":{"Color":"red"}},"metadata":{"desired":{"Color":<T>}},"version":2,"timestamp":T}`,
			`update/delta {"version":2,"timestamp":T,"state":{"Color":"red"},"metadata":{"Color":<T>}}`,
			`update/documents {"previous":{"state":` + green + `,"version":1},"current":{"state":{"desired":{"Color":"red"},"reported":{"Color":"green"}},` +
				`"metadata":{"desired":{"Color":<T>},"reported":{"Color":<T>}},"version":2},"timestamp":T}`},
			"S-50, S-53, S-58"},
		{Get, `{"clientToken":"b"}`, []string{`get/accepted {"state":{"desired":{"Color":"red"},"reported":{"Color":"green"},"delta":{"Color":"red"}},` +
			`"metadata":{"desired":{"Color":<T>},"reported":{"Color":<T>}},"version":2,"timestamp":T,"clientToken":"b"}`},
			"S-59"},
		{Update, `{"state":{"desired":{"Color":"blue"}},"version":1,"clientToken":"c"}`, []string{
			`update/rejected {"code":409,"message":"Version conflict","clientToken":"c"}`}, "S-25, S-70"},
		{Update, `{"state":null}`, []string{
			`update/accepted {"state":null,"metadata":<T>,"version":3,"timestamp":T}`,
			`update/documents {"previous":{"state":{"desired":{"Color":"red"},"reported":{"Color":"green"}},` +
				`"metadata":{"desired":{"Color":<T>},"reported":{"Color":<T>}},"version":2},` +
				`"current":{"state":{},"metadata":{},"version":3},"timestamp":T}`}, "S-31, S-48"},
		{Delete, `{"clientToken":"d"}`, []string{`delete/accepted {"version":3,"timestamp":T,"clientToken":"d"}`}, "S-60"},
		{Delete, ``, []string{`delete/rejected {"code":404,"message":"No shadow exists with name: 'pump-7'"}`}, "S-62"},
		{Update, `{"state":{}}`, []string{
			`update/accepted {"state":{},"metadata":{},"version":5,"timestamp":T}`,
			`update/documents {"current":{"state":{},"metadata":{},"version":5},"timestamp":T}`}, "S-21, S-64"},
	}
	times := strings.NewReplacer(`<T>`, fmt.Sprintf(`{"timestamp":%d}`, at), `"timestamp":T`, fmt.Sprintf(`"timestamp":%d`, at))
	for i, step := range steps {
		for j := range step.want {
			step.want[j] = times.Replace(step.want[j])
		}
		if got := s.told(pump, step.op, step.payload); fmt.Sprint(got) != fmt.Sprint(step.want) {
			t.Errorf("step %d, %s %s: got\n%s\nwant\n%s\n(%s)", i, step.op, step.payload, strings.Join(got, "\n"),
				strings.Join(step.want, "\n"), step.source)
		}
	}
}
