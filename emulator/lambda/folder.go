package lambda

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const removeTime = 500 * time.Millisecond // for what a handler left in its folder

// An ownFolder is a sandbox's for files that nobody needs after it: its TMPDIR,
// and its HOME. What a kill -9 of this program leaves of it is a folder for this
// user alone among the system's temporary ones.
type ownFolder struct {
	path string
	made bool
}

// makeFolder makes the sandbox's folder. Where none can be made, on a full disk
// or in an image without /tmp, the handler runs all the same and has the
// system's.
func (s *sandbox) makeFolder() ownFolder {
	path, err := os.MkdirTemp("", "suback-function-")
	if err != nil {
		s.p.options.Log.Warn("the function has no folder of its own for temporary files",
			"function", s.p.options.Name, "error", err)
		return ownFolder{path: os.TempDir()}
	}
	return ownFolder{path, true}
}

// remove removes the folder, whatever rights the handler gave to what is in it.
// Of a huge one a part may be left: nobody waits for it.
func (f ownFolder) remove() {
	if !f.made {
		return
	}
	end, folders := time.Now().Add(removeTime), []string{}
	_ = filepath.WalkDir(f.path, func(path string, d fs.DirEntry, err error) error { // best effort
		switch {
		case time.Now().After(end):
			return fs.SkipAll
		case err != nil:
			return fs.SkipDir
		case d.IsDir():
			folders = append(folders, path)
			_ = os.Chmod(path, 0o700) // or what is in it could not be removed
		default:
			_ = os.Remove(path)
		}
		return nil
	})
	for _, path := range slices.Backward(folders) {
		_ = os.Remove(path) // it fails for a folder that is not empty
	}
}
