package functions

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/suback/suback/emulator/lambda"
)

// digestLength is how many characters the digest of a folder has.
const digestLength = 32

// digestOf returns a digest of a folder's files, without what Python compiles when it
// runs them, and how much of the disk they take.
func digestOf(folder string) (digest string, size int64, err error) {
	h := sha256.New()
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || path == folder:
			return err
		case d.IsDir() && d.Name() == "__pycache__":
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		size += lambda.OnDisk(info.Size())
		fmt.Fprintf(h, "%q %v %d ", filepath.ToSlash(name), info.Mode()&(fs.ModeType|0o111), info.Size())
		return addContent(h, path, info.Mode())
	})
	return hex.EncodeToString(h.Sum(nil))[:digestLength], size, err
}

// addContent writes what a file says, or where a link leads.
func addContent(to io.Writer, path string, mode fs.FileMode) error {
	switch {
	case mode.IsDir():
		return nil
	case mode&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		fmt.Fprint(to, target)
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(to, f)
	return err
}

// digestIn returns the digest that a folder's name ends with, "" for one of an older
// version.
func digestIn(folder string) string {
	name := filepath.Base(folder)
	digest := name[strings.LastIndex(name, "-")+1:]
	if _, err := hex.DecodeString(digest); err != nil || len(digest) != digestLength {
		return ""
	}
	return digest
}

// checkCode returns how much of the disk a folder takes that unpack made, and what is
// wrong with it.
func checkCode(folder string) (size int64, err error) {
	digest, size, err := digestOf(folder)
	if want := digestIn(folder); err == nil && want != "" && digest != want {
		err = fmt.Errorf("%s: the code is not as it was unpacked, want it uploaded again", folder)
	}
	return size, err
}
