// Package logs is how a program's records and the events of its traces reach the log: without
// waiting for it, so many of one cause in a second, and then their number.
//
//	l := logs.New(logger, 20)
//	l.Logger().Warn("…")
//	tr := trace.New(trace.Options{OnEvent: func(ev trace.Event) { l.Event("", ev) }, OnAgain: l.Again})
//	l.Close()
//
// It has neither levels nor forms of its own: those are the handler's. The queue is package
// spool's.
package logs
