package emulator

import (
	"testing"
	"time"

	"github.com/suback/suback/emulator/logs"
)

// The last closing is over in time for what is to be said of it.
func TestClosingsAreInTime(t *testing.T) {
	e := opened(t, Options{})
	var before time.Duration
	for _, c := range e.closings() {
		if c.By <= before {
			t.Errorf("%s: begun the next by %v, want later than %v", c.Name, c.By, before)
		}
		before = c.By
	}
	if before+logs.Time > 5*time.Second {
		t.Errorf("got an end within %v, want 5s (issue 10)", before+logs.Time)
	}
}
