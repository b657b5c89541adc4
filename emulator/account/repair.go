package account

import (
	"fmt"
	"strconv"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// RepairOf says what mends the refusal of a trace record, by its Seq.
func (a *Account) RepairOf(event string) (policy.Repair, error) {
	seq, err := strconv.ParseUint(event, 10, 64)
	if err != nil {
		return policy.Repair{}, fmt.Errorf("event is %q, want the seq of a trace record", event)
	}
	for _, ev := range a.trace.Events(trace.Filter{}) {
		if ev.Seq != seq {
			continue
		}
		if ev.Decision != nil {
			if r, ok := ev.Decision.Repair(); ok {
				return r, nil
			}
		}
		return policy.Repair{}, fmt.Errorf("trace record %d is of no policy's refusal", seq)
	}
	return policy.Repair{}, fmt.Errorf("there is no trace record %d, or not any more", seq)
}
