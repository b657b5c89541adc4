package pki

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// LoadOrCreate parses the file at path. If there is none, it puts one there, or
// takes the one another process put there meanwhile. The folder must exist. An
// error of parse gets the path in front.
func LoadOrCreate[T any](path string, mode fs.FileMode, create func() ([]byte, error), parse func([]byte) (T, error)) (T, error) {
	var none T
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = create(); err == nil {
			err = place(path, mode, text)
		}
		if err == nil {
			text, err = os.ReadFile(path) // ours, or the one that was quicker
		}
	}
	if err != nil {
		return none, err // names the path
	}
	value, err := parse(text)
	if err != nil {
		return none, fmt.Errorf("%s: %w", path, err)
	}
	return value, nil
}

// place creates path with its whole text at once. A file that exists stays.
func place(path string, mode fs.FileMode, text []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(text)
	err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	err = os.Link(temp.Name(), path)
	switch {
	case err == nil, errors.Is(err, fs.ErrExist):
		return nil
	case exists(path):
		return nil
	}
	return os.Rename(temp.Name(), path) // a file system without links
}
