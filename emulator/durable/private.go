package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// KeepPrivate takes a file with secrets from everybody but its owner, and says whether
// others could have it. It is no error that there is no such file, it is one that the
// mode cannot be changed. Windows has no modes to look at.
func KeepPrivate(path string) (mended bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || runtime.GOOS == "windows" {
		return false, nil
	}
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return false, err
	}
	if err := os.Chmod(path, info.Mode().Perm()&^0o077); err != nil {
		return false, fmt.Errorf("%s: others may use it (mode %04o), and that cannot be changed (%w), want 0600",
			path, info.Mode().Perm(), err)
	}
	return true, nil
}
