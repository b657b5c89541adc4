package load

import (
	"context"
	"time"
)

// pace does something so many times per second, until an error or the end of ctx.
// Who falls behind catches up.
func pace(ctx context.Context, perSecond int, do func() error) error {
	gap := time.Second / time.Duration(perSecond)
	for due := time.Now(); ctx.Err() == nil; due = due.Add(gap) {
		if d := time.Until(due); d > 0 {
			time.Sleep(d)
		}
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}
