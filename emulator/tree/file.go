package tree

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ReadNamed is [ReadFile] of a path that a file names: whose content may be anybody's, so that what is
// no plain file, a pipe on which one would wait for ever, is an error before it is opened.
func ReadNamed(file string, most int64) ([]byte, error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is %s and no file", file, Kind(info.Mode()))
	}
	return ReadFile(file, most)
}

// Kind is what something that is no plain file is, in words.
func Kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// ReadFile reads a file that has so many bytes at most. What is longer is an error before it takes
// memory, be it a device that has no end: others may have named the file, or put a link there.
func ReadFile(file string, most int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > most {
		return nil, tooLong(file, most)
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if int64(len(text)) > most {
		return nil, tooLong(file, most)
	}
	return text, err
}

func tooLong(file string, most int64) error {
	return fmt.Errorf("%s: the file has more than %d bytes", file, most)
}
