// Package aside has goroutines that keep their stacks: a goroutine that is started for
// each thing that needs a deep one grows it each time, from 2 KB up, and copies it at
// each step, which may cost more than the thing itself.
//
// It is no pool that bounds how much is done at once: who comes while all are busy gets a
// goroutine of its own.
//
//	crew := aside.New(ctx)
//	crew.Go(func() { answer <- work() })
package aside
