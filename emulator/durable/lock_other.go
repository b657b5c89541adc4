//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package durable

import (
	"errors"
	"io/fs"
	"os"
)

func tryLock(*os.File) error { return errors.ErrUnsupported }

// Mine says whether a file or folder is this user's, and nobody else may use it; no where that
// cannot be asked.
func Mine(fs.FileInfo) bool { return false }
