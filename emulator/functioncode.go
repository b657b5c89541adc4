package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/durable"
	"github.com/suback/suback/emulator/lambda"
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

// functionCode is the folder of all such code.
type functionCode struct {
	mu     sync.Mutex
	folder string            // absolute, "" as long as there is none
	keep   bool              // it outlives the emulator
	once   map[string]string // folders of the configuration's archives, by their sum
}

// newFunctionCode keeps code in a state directory, if there is one. What a crash left
// half unpacked there goes.
func newFunctionCode(stateDir string) (*functionCode, error) {
	c := &functionCode{once: map[string]string{}}
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
func (c *functionCode) unpack(name string, archive []byte) (string, error) {
	root, err := c.root()
	if err != nil {
		return "", err
	}
	return c.unpackIn(root, name, archive)
}

func (c *functionCode) unpackIn(root, name string, archive []byte) (string, error) {
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

func (c *functionCode) unpackBeside(beside, path string, archive []byte) (string, error) {
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
func (c *functionCode) root() (_ string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.folder == "" {
		if c.folder, err = os.MkdirTemp("", "suback-functions-"); err != nil {
			return "", err
		}
	}
	return c.folder, os.MkdirAll(c.folder, 0o755)
}

// configuredCode begins the names of folders that belong to the configuration:
// names of functions have no dots.
const configuredCode = "zipFile."

// unpackOnce returns the folder in which an archive's files are, the same for
// the same archive.
func (c *functionCode) unpackOnce(archive []byte) (string, error) {
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
func (c *functionCode) has(code string) bool {
	return c.owns(code) && !strings.HasPrefix(filepath.Base(code), configuredCode)
}

func (c *functionCode) owns(code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.folder != "" && filepath.Dir(code) == c.folder
}

// here is where code is now if the state directory was moved.
func (c *functionCode) here(code string) string {
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

// packed is the code of a folder as a zipFile.
func (c *functionCode) packed(folder string) (string, error) {
	archive, err := lambda.Zip(folder)
	return base64.StdEncoding.EncodeToString(archive), err
}

// close removes the folder if it is temporary. It is called once, when nobody
// uses c any more.
func (c *functionCode) close() error {
	if c.folder == "" || c.keep {
		return nil
	}
	return os.RemoveAll(c.folder)
}

// withCode returns the configuration with its zipFiles unpacked.
func (c *Config) withCode(code *functionCode) (*Config, error) {
	next := *c
	next.Functions = maps.Clone(c.Functions)
	err := each(slices.Sorted(maps.Keys(c.Functions)), func(_ int, name string) error {
		f := c.Functions[name]
		if f.ZipFile == "" {
			return nil
		}
		at := []any{"functions", name, "zipFile"}
		archive, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(f.ZipFile), ""))
		if err != nil {
			return c.errorf(at, "function %q: zipFile is no base64, want a zip archive in base64", name)
		}
		if f.unpacked, err = code.unpackOnce(archive); err != nil {
			return c.errorf(at, "function %q: zipFile: %v", name, err)
		}
		next.Functions[name] = f
		return nil
	})
	if err != nil {
		return nil, c.mistakes(nil, err)
	}
	return &next, nil
}

// codeOf is the folder or file that has a function's code, "" for none.
func (c *Config) codeOf(f Function) string {
	switch {
	case f.unpacked != "":
		return f.unpacked
	case f.Code != "":
		return c.path(f.Code)
	}
	return ""
}
