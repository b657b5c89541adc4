// Package faults keeps the failures that somebody asked for, to see what a client makes of
// them, and says when one strikes. It does none of them: whoever is at the place where one
// would happen asks.
//
//	set := faults.New()
//	f, err := set.Add(faults.Fault{On: faults.Connect, Do: faults.Refuse, Client: "pump-7"})
//	if f := set.Strike(faults.Connect, faults.At{Client: "pump-7"}); f != nil { … }
//
// # Rules
//
//   - without a fault nothing is done and nothing is paid: Strike is one look at a number
//   - the oldest fault that fits strikes, one at a time; one that has struck as often as it
//     was asked for is over
//   - what comes by chance is drawn from the fault's own seed: a run repeats
package faults
