package shadow

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkUpdate is an update of one field of a document of that many.
func BenchmarkUpdate(b *testing.B) {
	for _, fields := range []int{5, 200} {
		b.Run(fmt.Sprint(fields), func(b *testing.B) {
			var all []string
			for i := range fields {
				all = append(all, fmt.Sprintf(`"field%d":%d`, i, i))
			}
			text := "{" + strings.Join(all, ",") + "}"
			s := opened(b, Options{})
			s.Do(Request{ID: pump, Op: Update, Payload: []byte(`{"state":{"desired":` + text + `,"reported":` + text + `}}`)}, nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.Do(Request{ID: pump, Op: Update, Payload: fmt.Appendf(nil, `{"state":{"reported":{"field1":%d}}}`, i)}, nil)
			}
		})
	}
}
