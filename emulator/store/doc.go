// Package store keeps all that outlives a process in one file: records by bucket
// and key.
//
// It knows nothing of what a record says, and reads one only when the file is
// opened: whoever keeps something has it in memory too.
//
//	s, err := store.Open(store.Options{File: "state/sessions.db"})
//	...
//	part := s.Part("")
//	err = part.Read(func(r store.Reader) error { return r.Each("things", load) })
//	...
//	part.Note(store.Change{Bucket: "things", Key: "pump-7", Value: encode}) // with the lock of things held
//	...
//	err = part.Wait() // without a lock, before an answer promises it
//
// # What it promises
//
//   - after Wait has returned without an error no crash, and no loss of power,
//     takes what was noted before
//   - the changes of one Note are in the file together, or none of them is
//   - what could not be written, as on a full disk, is written with the next change,
//     after a pause, or at the end; what was in the file stays there meanwhile
//   - one process has the file
//   - a file that is damaged is refused, with what is damaged and what is whole,
//     and left as it is [H-5, H-13]
package store
