package policy

import (
	"fmt"
	"strings"
	"testing"
)

func TestAlign(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          int
	}{
		{"abc", "abc", 3},
		{"ab}c", "abc", 3 - edit},
		{"abc", "ab}c", 3 - edit},
		{"axc", "abc", 2 - edit},
		{"a*c", "abbbc", 2},
		{"a?c", "abc", 2},
		{"a*", "b", -edit},
		{"", "abc", -3 * edit},
		{"abc", "", -3 * edit},
		{"*", "", 0},
	}
	for _, tt := range tests {
		g := glob(strings.NewReplacer("*", string(run), "?", string(one)).Replace(tt.pattern))
		if got := g.align(tt.text); got != tt.want {
			t.Errorf("%q, %q: got %d, want %d", tt.pattern, tt.text, got, tt.want)
		}
	}
}

// TestLikenessIsBounded: however large the policies, the nearest miss is looked
// for among so much of them as maxCells allows, and there is a hint all the same.
func TestLikenessIsBounded(t *testing.T) {
	const topic = "pump/7/a-rather-long-name/of-a-topic/with-many-levels/state"
	var all []string
	for d := range MaxDocuments {
		var resources []string
		for i := range 30 {
			resources = append(resources, fmt.Sprintf("topic/other-%d/%d/a-rather-long-name/", d, i))
		}
		all = append(all, statementOf("Allow", "iot:Publish", resources...))
	}
	p := compile(t, testContext(nil), all...)
	if got := p.Explain(Publish, topic, nil).Hint.Text; !strings.Contains(got, "the device publishes to topic/"+topic) {
		t.Errorf("got %q, want a nearest miss", got)
	}
	cells, aligned := maxCells, 0
	q := request{action: Publish, arn: p.place.resource(Publish, topic), cells: &cells}
	for _, b := range p.bind(nil, every) {
		for _, e := range b.elements {
			if q.likeness(e) != unlike {
				aligned += len(e.fields[arnFields-1]) * (len("topic/") + len(topic))
			}
		}
	}
	if aligned == 0 || aligned > maxCells || cells > 0 {
		t.Errorf("%d cells were looked at, %d are left: want more patterns than %d cells, and no more looked at", aligned, cells, maxCells)
	}
}

// BenchmarkExplainManyResources is what a refusal costs with the largest policies.
func BenchmarkExplainManyResources(b *testing.B) {
	var resources []string
	for i := range 40 {
		resources = append(resources, fmt.Sprintf("topic/other/%d/a-rather-long-name/", i))
	}
	var docs []*Document
	for i := range MaxDocuments {
		d, err := Parse(fmt.Sprintf("P[%d]", i),
			[]byte(`{"Version":"2012-10-17","Statement":[`+statementOf("Allow", "iot:Publish", resources...)+`]}`))
		if err != nil {
			b.Fatal(err)
		}
		docs = append(docs, d)
	}
	p := Compile(docs, testContext(nil))
	for b.Loop() {
		p.Explain(Publish, "pump/7/a-rather-long-name/of-a-topic/with-many-levels/state", nil)
	}
}
