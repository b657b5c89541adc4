package policy

import (
	"fmt"
	"testing"
)

// BenchmarkStatements is what a delivery asks, by how many statements there are that
// name iot:Receive, or another action: the last of them allows.
func BenchmarkStatements(b *testing.B) {
	for _, action := range []string{"iot:Receive", "iot:Publish"} {
		for _, n := range []int{1, 50, 150} {
			var all []string
			for i := range n - 1 {
				all = append(all, statementOf("Allow", action, fmt.Sprintf("topic/plant/%d/*", i)))
			}
			all = append(all, statementOf("Allow", "iot:Receive", "topic/pump/*"))
			p := compile(b, testContext(nil), all...)
			b.Run(fmt.Sprintf("%s/%d", action, n), func(b *testing.B) {
				for b.Loop() {
					if !p.Allows(Receive, "pump/7/state") {
						b.Fatal("refused, want allowed")
					}
				}
			})
		}
	}
}
