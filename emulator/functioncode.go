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

	"github.com/suback/suback/emulator/lambda"
)

// Code of functions that is no folder of the user's
//
//   - zip archives of Lambda's API, and those of zipFile in the configuration
//   - unpacked in the state directory, or in a temporary folder that goes with
//     the emulator
//   - in a suback.yaml that is exported they are a zipFile again, so that it says
//     all there is to say

// functionCode is the folder of all such code.
type functionCode struct {
	mu     sync.Mutex
	folder string // absolute, "" as long as there is none
	keep   bool   // it outlives the emulator
}

// newFunctionCode keeps code in a state directory, if there is one.
func newFunctionCode(stateDir string) (*functionCode, error) {
	if stateDir == "" {
		return new(functionCode), nil
	}
	folder, err := filepath.Abs(filepath.Join(stateDir, "functions"))
	return &functionCode{folder: folder, keep: true}, err
}

// unpack returns a new folder in which an archive's files are.
func (c *functionCode) unpack(name string, archive []byte) (string, error) {
	root, err := c.root()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp(root, name+"-")
	if err != nil {
		return "", err
	}
	if err := lambda.Unzip(archive, folder); err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
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
	folder := filepath.Join(root, configuredCode+hex.EncodeToString(sum[:16]))
	if exists(folder) {
		return folder, nil
	}
	fresh, err := c.unpack("new", archive)
	if err != nil {
		return "", err
	}
	return folder, os.Rename(fresh, folder)
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
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		f := c.Functions[name]
		if f.ZipFile == "" {
			continue
		}
		at := []any{"functions", name, "zipFile"}
		archive, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(f.ZipFile), ""))
		if err != nil {
			return nil, c.errorf(at, "function %q: zipFile is no base64, want a zip archive in base64", name)
		}
		if f.unpacked, err = code.unpackOnce(archive); err != nil {
			return nil, c.errorf(at, "function %q: zipFile: %v", name, err)
		}
		next.Functions[name] = f
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
