// Package spool hands a log on to whoever writes it, without waiting for that and
// within bounds: a log may be a pipe that nobody reads, a terminal that is
// stopped, or a disk.
//
// It formats nothing and writes nothing of its own accord. What was dropped or
// left out it counts, for whoever says so.
//
//	queue := spool.New(4<<20, nil)
//	log := slog.New(queue.Handler(slog.NewTextHandler(os.Stderr, nil)))
//	log.Info("this returns at once")
//	queue.Close(time.Second)
//
// # Rules
//
//   - nobody who says something waits for a writer, in no state of the writer
//   - order is kept, across all that one queue writes, and each record stays whole
//   - what finds no room is dropped and counted, and the count is told in its
//     place as soon as something can be written again
//   - of one cause only so much is let through in a second; the number of the
//     others is told after that second
//   - a [Queue] has a goroutine only while it has something to write, a [Limiter] a
//     timer only while it has something to tell
package spool
