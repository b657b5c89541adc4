package lambda

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Deployment packages
//
//   - a zip archive of files, folders and symbolic links
//   - nothing in it reaches out of its folder
//   - at most 250 MB unpacked, as on AWS

// MaxUnzipped is how many bytes a deployment package may have unpacked.
const MaxUnzipped = 250 << 20

const (
	maxZipped = 100_000 // files and folders
	maxDeep   = 200     // folders in one another: what is far deeper takes seconds to remove
	maxLink   = 4096    // bytes of a symbolic link
)

// ErrNoZip is the error of Unzip for bytes that are no zip archive.
var ErrNoZip = errors.New("is no zip archive")

// Unzip unpacks a deployment package into a folder, which must exist. After an
// error part of it may be there.
func Unzip(archive []byte, folder string) error {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	switch {
	case err != nil:
		return ErrNoZip
	case len(z.File) > maxZipped:
		return fmt.Errorf("the archive has %d files, want at most %d", len(z.File), maxZipped)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(MaxUnzipped)
	for _, f := range z.File {
		n, err := unpack(root, f, left)
		if err != nil {
			return fmt.Errorf("%q in the archive: %w", f.Name, err)
		}
		left -= n
	}
	return nil
}

// unpack writes one file and returns its size.
func unpack(root *os.Root, f *zip.File, left int64) (int64, error) {
	name := path.Clean(strings.ReplaceAll(f.Name, `\`, "/"))
	if !fs.ValidPath(name) {
		return 0, errors.New("is not below the archive's root")
	}
	if n := strings.Count(name, "/"); n > maxDeep {
		return 0, fmt.Errorf("lies in %d folders, want at most %d", n, maxDeep)
	}
	if f.FileInfo().IsDir() {
		return 0, root.MkdirAll(name, 0o755)
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return 0, err
	}
	content, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer content.Close()
	if f.Mode()&fs.ModeSymlink != 0 {
		return 0, link(root, name, content)
	}
	to, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644|f.Mode()&0o111)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(to, io.LimitReader(content, left+1))
	if err == nil && n > left {
		err = fmt.Errorf("makes it larger than %d bytes", int64(MaxUnzipped))
	}
	return n, errors.Join(err, to.Close())
}

// link makes a symbolic link, whose content is its target.
func link(root *os.Root, name string, content io.Reader) error {
	target, err := io.ReadAll(io.LimitReader(content, maxLink))
	if err != nil {
		return err
	}
	if path.IsAbs(string(target)) || !fs.ValidPath(path.Join(path.Dir(name), string(target))) {
		return errors.New("is a link out of the archive")
	}
	return root.Symlink(string(target), name)
}
