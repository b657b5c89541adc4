package temporary

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/suback/suback/emulator/durable"
)

// Sweep removes the folders of programs that have ended without removing them, and returns how
// many it found.
func Sweep() (found int) {
	entries, _ := os.ReadDir(os.TempDir()) // what cannot be read has nothing of ours
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), prefix) && sweep(filepath.Join(os.TempDir(), e.Name())) {
			found++
		}
	}
	return found
}

// sweep removes a folder if it was New that made it, for this user, and its program has ended.
// Everything is asked of the folder that was opened: others may write where its name stands.
func sweep(outer string) bool {
	named, err := os.Lstat(outer)
	if err != nil || !named.IsDir() || !durable.Mine(named) {
		return false
	}
	root, err := os.OpenRoot(outer)
	if err != nil {
		return false
	}
	defer root.Close()
	if opened, err := root.Stat("."); err != nil || !os.SameFile(named, opened) {
		return false
	}
	if info, err := root.Lstat(lock); err != nil || !info.Mode().IsRegular() || !durable.Mine(info) {
		return false
	}
	file, err := root.OpenFile(lock, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	if !durable.Hold(file) {
		return false
	}
	remove(outer, root, time.Now().Add(time.Hour))
	return true
}
