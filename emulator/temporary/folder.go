package temporary

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/suback/suback/emulator/durable"
)

// What is in the folder that New makes.
const (
	prefix   = "suback-"
	inner    = "in"   // what its owner uses
	lock     = "lock" // held as long as the program lives
	unlocked = "lock.new"
)

// A Folder is for this program and this user alone. Its methods are not safe for concurrent use.
type Folder struct {
	Path string // absolute; its parent is the package's

	outer string
	lock  *os.File
}

// New makes a folder of a kind, as "function".
func New(kind string) (*Folder, error) {
	outer, err := os.MkdirTemp("", prefix+kind+"-")
	if err != nil {
		return nil, err
	}
	f := &Folder{Path: filepath.Join(outer, inner), outer: outer}
	if err := os.Mkdir(f.Path, 0o700); err != nil {
		_ = os.Remove(outer)
		return nil, err
	}
	f.hold()
	return f, nil
}

// hold locks the file before it has the name that Sweep looks for. Without a lock the folder is
// as good, but stays behind after a kill -9.
func (f *Folder) hold() {
	path := filepath.Join(f.outer, unlocked)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return
	}
	if !durable.Hold(file) || os.Rename(path, filepath.Join(f.outer, lock)) != nil {
		_ = file.Close()
		_ = os.Remove(path)
		return
	}
	f.lock = file
}

// Remove removes the folder, whatever rights its files got meanwhile. Of a huge one a part may
// be left after that time: the next Sweep removes it.
func (f *Folder) Remove(within time.Duration) {
	if root, err := os.OpenRoot(f.outer); err == nil {
		remove(f.outer, root, time.Now().Add(within))
		_ = root.Close()
	}
	if f.lock != nil {
		_ = f.lock.Close()
	}
}

// remove removes what New made: last the file by which a part that is left is known.
func remove(outer string, root *os.Root, end time.Time) {
	folders := []string{}
	_ = fs.WalkDir(root.FS(), inner, func(path string, d fs.DirEntry, err error) error { // best effort
		switch {
		case time.Now().After(end):
			return fs.SkipAll
		case err != nil:
			return fs.SkipDir
		case d.IsDir():
			folders = append(folders, path)
			_ = root.Chmod(path, 0o700) // or what is in it could not be removed
		default:
			_ = root.Remove(path)
		}
		return nil
	})
	for _, path := range slices.Backward(folders) {
		_ = root.Remove(path) // it fails for a folder that is not empty
	}
	_ = root.Remove(inner) // if it has become a link
	if _, err := root.Lstat(inner); err == nil {
		return
	}
	_ = root.Remove(lock)
	_ = os.Remove(outer) // which is empty, or stays
}
