// Package temporary makes folders for files that nobody needs after this program, and removes
// those that a kill -9 left.
//
//   - a folder is below the system's for temporary files, for this user alone; beside what its
//     owner puts into it there is a file that is locked until the program ends, however it ends
//   - [Sweep] removes what has such a file, of this user, that nobody locks; nothing else. A
//     symbolic link is no folder, and what is inside leads nowhere outside
//   - where a file system or an operating system has no locks, what is left stays
//
// It is not for what must outlive the program: package durable is.
//
//	folder, err := temporary.New("function")
//	defer folder.Remove(time.Minute)
//	use(folder.Path)
package temporary
