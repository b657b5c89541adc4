package registry

import (
	"testing"
	"time"
)

func TestAdvance(t *testing.T) {
	r := newRegistry(t, Options{})
	r.Advance(time.Minute)
	if d := time.Until(r.Now()); d < 59*time.Second || d > time.Minute {
		t.Errorf("got a clock %v ahead, want a minute (A-261)", d)
	}
}
