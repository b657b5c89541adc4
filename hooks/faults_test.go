package hooks

import (
	"testing"

	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
)

// A delivery without faults makes nothing for the one that it might have met.
func TestDeliveryWithoutFaultsAllocatesNothing(t *testing.T) {
	for name, set := range map[string]*faults.Set{"an empty set": faults.New(), "no set": nil} {
		h := &Hook{opts: Options{Faults: set}}
		c, m := &client{id: "pump-7"}, &session.Message{Topic: "pump/7/state"}
		n := testing.AllocsPerRun(100, func() {
			if got := h.faultDelivery(c, m); got != story.Sent {
				t.Errorf("%s: got %v, want %v", name, got, story.Sent)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}
