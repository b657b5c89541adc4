package functions

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/suback/suback/emulator/durable"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/temporary"
)

// Code of functions that is no folder of the user's
//
//   - zip archives of Lambda's API, and those of zipFile in the configuration
//   - unpacked in the state directory, or in a temporary folder that goes with
//     the emulator: beside first, so that a crash leaves no half folder that counts
//   - the name of a folder ends with a digest of what is in it: code that has been
//     damaged meanwhile is not run after a restart
//   - in a suback.yaml that is exported they are a zipFile again, so that it says
//     all there is to say

// Code is the folder of all such code. Methods are safe for concurrent use.
type Code struct {
	mu     sync.Mutex
	folder string            // absolute, "" as long as there is none
	goes   *temporary.Folder // in which that is, unless it outlives the emulator
	keep   bool              // it outlives the emulator
	once   map[string]string // folders of the configuration's archives, by their sum
}

// OpenCode keeps code in a state directory, if there is one. What a crash left
// half unpacked there goes.
func OpenCode(stateDir string) (*Code, error) {
	c := &Code{once: map[string]string{}}
	if stateDir == "" {
		return c, nil
	}
	folder, err := filepath.Abs(filepath.Join(stateDir, "functions"))
	c.folder, c.keep = folder, true
	for _, name := range namesIn(folder, halfUnpacked) {
		err = errors.Join(err, os.RemoveAll(filepath.Join(folder, name)))
	}
	return c, err
}

// halfUnpacked begins the names of folders that are not to be counted on.
const halfUnpacked = ".new-"

// namesIn are the names in a folder that begin in that way; none if there is no
// folder.
func namesIn(folder, prefix string) (names []string) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	return names
}

// unpack returns a new folder in which an archive's files are. Its name begins with
// name.
func (c *Code) unpack(name string, archive []byte) (string, error) {
	root, err := c.root()
	if err != nil {
		return "", err
	}
	return c.unpackIn(root, name, archive)
}

func (c *Code) unpackIn(root, name string, archive []byte) (string, error) {
	beside, err := os.MkdirTemp(root, halfUnpacked)
	if err != nil {
		return "", err
	}
	folder, err := c.unpackBeside(beside, filepath.Join(root, name), archive)
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(beside))
	}
	return folder, nil
}

func (c *Code) unpackBeside(beside, path string, archive []byte) (string, error) {
	if err := lambda.Unzip(archive, beside); err != nil {
		return "", err
	}
	digest, _, err := digestOf(beside)
	if err != nil {
		return "", err
	}
	path += "-" + strings.TrimPrefix(filepath.Base(beside), halfUnpacked) + "-" + digest
	if !c.keep {
		return path, os.Rename(beside, path)
	}
	return path, durable.Folder(beside, path)
}

// root makes the folder of all code if it is not there.
func (c *Code) root() (_ string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.folder == "" {
		if c.goes, err = temporary.New("functions"); err != nil {
			return "", err
		}
		c.folder = c.goes.Path
	}
	return c.folder, os.MkdirAll(c.folder, 0o755)
}

// configuredCode begins the names of folders that belong to the configuration:
// names of functions have no dots.
const configuredCode = "zipFile."

// Once returns the folder in which an archive's files are, the same for
// the same archive.
func (c *Code) Once(archive []byte) (string, error) {
	root, err := c.root()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(archive)
	name := configuredCode + hex.EncodeToString(sum[:16])
	c.mu.Lock()
	defer c.mu.Unlock()
	if folder := c.once[name]; folder != "" && exists(folder) {
		return folder, nil
	}
	for _, old := range namesIn(root, name) {
		folder := filepath.Join(root, old)
		if _, err := checkCode(folder); err == nil && digestIn(folder) != "" {
			c.once[name] = folder
			return folder, nil
		}
		if err := os.RemoveAll(folder); err != nil { // it is damaged, and at hand
			return "", err
		}
	}
	c.once[name], err = c.unpackIn(root, name, archive)
	return c.once[name], err
}

// has tells a folder of a function that the API made.
func (c *Code) has(code string) bool {
	return c.Owns(code) && !strings.HasPrefix(filepath.Base(code), configuredCode)
}

// Owns tells a folder of its own, of the configuration's archives too.
func (c *Code) Owns(code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.folder != "" && filepath.Dir(code) == c.folder
}

// Here is where code is now if the state directory was moved.
func (c *Code) Here(code string) string {
	moved := filepath.Join(c.folder, filepath.Base(code))
	if !c.keep || code == "" || exists(code) || !exists(moved) {
		return code
	}
	return moved
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Packed is the code of a folder as a zipFile.
func (c *Code) Packed(folder string) (string, error) {
	archive, err := lambda.Zip(folder)
	return base64.StdEncoding.EncodeToString(archive), err
}

// Close removes the folder if it is temporary. It is called once, when nobody
// uses c any more.
func (c *Code) Close() error {
	if c.goes != nil {
		c.goes.Remove(time.Minute)
	}
	return nil
}
