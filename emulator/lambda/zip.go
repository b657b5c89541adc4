package lambda

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Zip packs a folder, as Unzip unpacks it: files with whether they can be run,
// empty folders, symbolic links; no pipes, sockets and devices, and not what Python compiles when it
// runs them. The
// same files give the same bytes, whenever they were written.
func Zip(folder string) ([]byte, error) {
	text := new(bytes.Buffer)
	z := zip.NewWriter(text)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || path == folder:
			return err
		case d.IsDir() && d.Name() == "__pycache__":
			return fs.SkipDir
		case !d.IsDir() && !d.Type().IsRegular() && d.Type() != fs.ModeSymlink:
			return nil // a pipe would be waited for
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		return pack(z, path, filepath.ToSlash(name), d)
	})
	if err != nil {
		return nil, err
	}
	err = z.Close()
	return text.Bytes(), err
}

// pack adds one entry of a folder.
func pack(z *zip.Writer, path, name string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	header := &zip.FileHeader{Name: name, Method: zip.Deflate}
	header.SetMode(info.Mode())
	if d.IsDir() {
		header.Name += "/"
	}
	to, err := z.CreateHeader(header)
	if err != nil || d.IsDir() {
		return err
	}
	content, err := contentOf(path, info)
	if err != nil {
		return err
	}
	_, err = to.Write(content)
	return err
}

// contentOf is what an archive has of a file: of a link, where it leads.
func contentOf(path string, info fs.FileInfo) ([]byte, error) {
	if info.Mode()&fs.ModeSymlink != 0 {
		to, err := os.Readlink(path)
		return []byte(to), err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
