package lambda

import (
	"os"
	"time"

	"github.com/suback/suback/emulator/temporary"
)

const removeTime = 500 * time.Millisecond // for what a handler left in its folder

// makeFolder makes a folder of the sandbox's own for files that nobody needs after it: its
// TMPDIR, and its HOME. Where none can be made, on a full disk or in an image without /tmp, the
// handler runs all the same and has the system's. Nobody waits long until it is removed.
func (s *sandbox) makeFolder() (path string, remove func()) {
	folder, err := temporary.New("function")
	if err != nil {
		s.p.options.Log.Warn("the function has no folder of its own for temporary files",
			"function", s.p.options.Name, "error", err)
		return os.TempDir(), func() {}
	}
	return folder.Path, func() { folder.Remove(removeTime) }
}
