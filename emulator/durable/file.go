package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
)

// Replace writes path, whatever it had. Only one process at a time does that for
// one path, see [Alone].
func Replace(path string, mode fs.FileMode, text []byte) error {
	beside := path + ".next"
	_ = os.Remove(beside) // a link there would lead to another file; what stays is told next
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err == nil {
		err = fill(f, mode, text)
	}
	if err == nil {
		err = os.Rename(beside, path)
	}
	if err != nil {
		_ = os.Remove(beside) // what is told is the error before
		return Failed(path, err)
	}
	return syncFolder(filepath.Dir(path))
}

// Create writes path if there is no such file. If another process was quicker the
// error is fs.ErrExist.
func Create(path string, mode fs.FileMode, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return Failed(path, err)
	}
	defer os.Remove(f.Name())
	if err := fill(f, mode, text); err != nil {
		return Failed(path, err)
	}
	err = os.Link(f.Name(), path)
	switch {
	case err == nil:
	case exists(path):
		err = fs.ErrExist
	default: // a file system without links
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return Failed(path, err)
	}
	return syncFolder(filepath.Dir(path))
}

// fill writes all of a new file and closes it.
func fill(f *os.File, mode fs.FileMode, text []byte) error {
	_, err := f.Write(text)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close()) // closed in any case
}

// Folder gives a folder that has been filled its name, for good: its files are
// synced first. Nothing may be there under that name.
func Folder(filled, path string) error {
	var files []string
	err := filepath.WalkDir(filled, func(file string, d fs.DirEntry, err error) error {
		if err == nil && (d.IsDir() || d.Type().IsRegular()) {
			files = append(files, file)
		}
		return err
	})
	if err == nil {
		err = syncAll(files)
	}
	if err == nil {
		err = os.Rename(filled, path)
	}
	if err != nil {
		return Failed(path, err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncAll syncs several files at a time, which a file system does as one.
func syncAll(files []string) error {
	const atOnce = 16
	errs := make([]error, atOnce)
	var working sync.WaitGroup
	for w := range atOnce {
		working.Go(func() {
			for i := w; i < len(files) && errs[w] == nil; i += atOnce {
				errs[w] = syncFile(files[i])
			}
		})
	}
	working.Wait()
	return errors.Join(errs...)
}

func syncFolder(path string) error {
	if err := syncFile(path); err != nil {
		return Failed(path, err)
	}
	return nil
}

// syncFile syncs a file, or a folder where that can be done.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	if info, statErr := f.Stat(); statErr == nil && info.IsDir() &&
		(runtime.GOOS == "windows" || errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported)) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// Failed is the error of writing path: it names that, and not what was beside it.
func Failed(path string, err error) error {
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		err = fmt.Errorf("%s: %w", at.Op, at.Err)
	case errors.As(err, &link):
		err = fmt.Errorf("%s: %w", link.Op, link.Err)
	}
	return fmt.Errorf("%s: cannot be written: %w", path, err)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
