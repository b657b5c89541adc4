// Package durable writes files that outlive a crash: whatever happens, a path has
// its old content or its new one, and nothing beside it counts.
//
//   - a file is written beside, synced and closed, all of it checked, and then
//     renamed; its folder is synced after that
//   - after an error nothing is left beside it, and the error names the path that
//     was to be written and the cause, as "no space left on device"
//   - kill -9 may leave a file beside: path.next, which the next Replace overwrites
//
// It knows nothing of what is in the files.
//
//	err := durable.Replace("state/ca.pem", 0o644, text)
package durable
