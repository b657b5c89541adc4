package console

import (
	"bytes"
	"compress/gzip"
	"io"
)

// pack compresses a text; the same text gives the same bytes.
func pack(plain []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // a level that there is
	_, _ = w.Write(plain)                                 // to memory
	_ = w.Close()
	return b.Bytes()
}

// plain is the file for those who do not take gzip.
func (f file) plain() []byte {
	r, err := gzip.NewReader(bytes.NewReader(f.packed))
	if err != nil {
		return nil // a test has read all files
	}
	text, _ := io.ReadAll(r)
	return text
}
