package tree

import (
	"fmt"
	"io"
	"os"
)

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
