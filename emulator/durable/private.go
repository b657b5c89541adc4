package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// KeepPrivate takes a file with secrets from everybody but its owner, and says whether
// others could have it. It is no error that there is no such file, it is one that the
// mode cannot be changed: so it is of what a link leads to, and of a device, which may be
// anybody's. Windows has no modes to look at.
func KeepPrivate(path string) (mended bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || runtime.GOOS == "windows" {
		return false, nil
	}
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return false, err
	}
	if err := makePrivate(path); err != nil {
		return false, fmt.Errorf("%s: others may use it (mode %04o), and that cannot be changed (%w), want 0600",
			path, info.Mode().Perm(), err)
	}
	return true, nil
}

// OpenToAll says that everybody on the machine may put files into a folder, in a sentence with its
// path and mode; "" for another one. It is no error: some volumes of containers are made so.
func OpenToAll(folder string) string {
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o002 == 0 || runtime.GOOS == "windows" {
		return ""
	}
	return fmt.Sprintf("everybody on this machine may write to the folder %s (mode %04o), and so change or "+
		"replace what is kept there; want chmod o-w", folder, info.Mode().Perm())
}

func makePrivate(path string) error {
	folder, err := os.OpenRoot(filepath.Dir(path)) // from which no link leads away meanwhile
	if err != nil {
		return err
	}
	defer folder.Close()
	info, err := folder.Lstat(filepath.Base(path))
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is a link, or no file")
	}
	return folder.Chmod(filepath.Base(path), info.Mode().Perm()&^0o077)
}
