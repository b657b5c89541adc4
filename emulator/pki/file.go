package pki

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/suback/suback/emulator/durable"
)

// LoadOrCreate parses the file at path. If there is none, it puts one there, or
// takes the one another process put there meanwhile. The folder must exist. An
// error of parse gets the path in front.
func LoadOrCreate[T any](
	path string, mode fs.FileMode, create func() ([]byte, error), parse func([]byte) (T, error),
) (T, error) {
	var none T
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = create(); err == nil {
			err = durable.Create(path, mode, text)
		}
		if err == nil || errors.Is(err, fs.ErrExist) {
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
