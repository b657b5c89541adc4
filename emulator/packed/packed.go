package packed

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Extension is what stands behind the name of a text that is packed.
const Extension = ".gz"

// Text is the text of that name. It panics if files, which are embedded, do not have it
// packed, or have it broken: a test has read all of them.
func Text(files fs.FS, name string) []byte {
	packed, err := fs.ReadFile(files, name+Extension)
	var text []byte
	if err == nil {
		text, err = unpack(packed)
	}
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return text
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// Write packs a text into a file; what has that text already stays as it is, since
// another version of Go may pack otherwise.
func Write(file string, text []byte) error {
	if same(file, text) {
		return nil
	}
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // a level that there is
	_, _ = w.Write(text)                                  // to memory
	_ = w.Close()
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// same says whether a file has a text.
func same(file string, text []byte) bool {
	packed, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	has, err := unpack(packed)
	return err == nil && bytes.Equal(has, text)
}
