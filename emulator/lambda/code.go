package lambda

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

const maxWatched = 500 // files and folders whose change is noticed

// A code is where a handler's files are.
type code struct {
	folder string // absolute; LAMBDA_TASK_ROOT
	file   string // absolute; empty if the whole folder is the function's
}

var errHandlerForm = errors.New("want file.export, such as index.handler")

// A language is what a handler is written in.
type language string

const (
	nodeJS language = "Node.js"
	python language = "Python"
)

// extensions are those of a handler's file.
func (l language) extensions() []string {
	if l == python {
		return []string{".py"}
	}
	return []string{".js", ".mjs", ".cjs"}
}

// findCode checks that path holds the file which handler names.
func findCode(path, handler string, l language) (code, error) {
	module, err := splitHandler(handler, l)
	if err != nil {
		return code{}, fmt.Errorf("handler %q: %w", handler, err)
	}
	absolute, isFolder, err := statCode(path)
	switch {
	case err != nil:
		return code{}, err
	case isFolder:
		return code{folder: absolute}, findModule(absolute, path, handler, module, l)
	}
	folder, name := filepath.Split(absolute)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if !slices.Contains(l.extensions(), filepath.Ext(name)) {
		return code{}, fmt.Errorf("code %q: want a folder or a file that ends in %s", path,
			strings.Join(l.extensions(), ", "))
	}
	if module != stem {
		return code{}, fmt.Errorf("handler %q is not in %s, want %s.export", handler, name, stem)
	}
	return code{folder: filepath.Clean(folder), file: absolute}, nil
}

// statCode makes path absolute and looks what is there.
func statCode(path string) (absolute string, isFolder bool, err error) {
	if absolute, err = filepath.Abs(path); err != nil {
		return "", false, fmt.Errorf("code %q: %w", path, err)
	}
	info, err := os.Stat(absolute)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", false, fmt.Errorf("code %q: no such file or folder", path)
	case err != nil:
		return "", false, fmt.Errorf("code %q: %w", path, errors.Unwrap(err))
	case !info.IsDir() && !info.Mode().IsRegular():
		return "", false, fmt.Errorf("code %q is %s, want a folder or file", path, tree.Kind(info.Mode()))
	}
	return absolute, info.IsDir(), nil
}

// splitHandler returns the path of a handler's file without extension. Python
// splits at the last dot, for modules may be nested, Node.js at the first, for
// exports may be.
func splitHandler(handler string, l language) (string, error) {
	folder, name := filepath.Split(filepath.FromSlash(handler))
	dot := strings.Index(name, ".")
	if l == python {
		dot = strings.LastIndex(name, ".")
	}
	if dot <= 0 || dot == len(name)-1 || strings.Contains(handler, "..") {
		return "", errHandlerForm
	}
	module := name[:dot]
	if l == python {
		module = strings.ReplaceAll(module, ".", string(filepath.Separator))
	}
	module = filepath.Join(folder, module)
	if !filepath.IsLocal(module) {
		return "", errHandlerForm
	}
	return module, nil
}

// findModule checks that a file of the module exists. A Python module may be a
// folder.
func findModule(folder, shown, handler, module string, l language) error {
	var tried []string
	for _, extension := range l.extensions() {
		tried = append(tried, module+extension)
	}
	if l == python {
		tried = append(tried, filepath.Join(module, "__init__.py"))
	}
	for _, name := range tried {
		if info, err := os.Stat(filepath.Join(folder, name)); err == nil && info.Mode().IsRegular() {
			return nil
		}
	}
	return fmt.Errorf("handler %q: %q has no %s", handler, shown, strings.Join(tried, ", "))
}

// version changes when one of the watched files does. It reads names, sizes and
// times only.
func (c code) version() uint64 {
	h := fnv.New64a()
	add := func(path string, info fs.FileInfo) {
		fmt.Fprintln(h, path, info.Size(), info.ModTime().UnixNano())
	}
	if c.file != "" {
		if info, err := os.Stat(c.file); err == nil {
			add(c.file, info)
		}
		return h.Sum64()
	}
	seen := 0
	filepath.WalkDir(c.folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // gone meanwhile
		case seen == maxWatched:
			return fs.SkipAll
		case d.IsDir() && path != c.folder && unwatched(d.Name()):
			return fs.SkipDir
		}
		seen++
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			add(path, info)
		}
		return nil
	})
	return h.Sum64()
}

func unwatched(folder string) bool {
	return folder == "node_modules" || folder == "__pycache__" || strings.HasPrefix(folder, ".")
}
