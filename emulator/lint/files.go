package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/tree"
)

// maxFiles of a folder are read; the rest is an error, as a folder of such size is hardly
// the one that was meant.
const maxFiles = 20_000

// A Report is what was found in all files.
type Report struct {
	Files    int // that had something to lint
	Findings []Finding
}

// Worst reports whether there is a finding of that severity, or a worse one.
func (r Report) Worst(than Severity) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity.AtLeast(than) })
}

// Files lints files, what is in folders, and for "-" what stdin has. An error is of a path
// that cannot be read; what cannot be understood in a file is a finding.
func Files(paths []string, stdin io.Reader, o Options) (Report, error) {
	w := &walk{options: o, named: map[string]bool{}}
	for _, path := range paths {
		if err := w.add(path, stdin); err != nil {
			return Report{}, err
		}
	}
	return w.lint(), nil
}

// Text lints the text of a file that is called so; the files that it names are read.
func Text(file string, text []byte, o Options) []Finding {
	l := newLinter(file, text, o, sync.OnceValue(actionNames))
	l.checkText(false)
	return l.done()
}

// A walk goes over files.
type walk struct {
	options Options
	inputs  []input
	named   map[string]bool // files that another one names, which are linted with that
}

// An input is one file.
type input struct {
	file     string
	text     []byte
	inFolder bool
}

func (w *walk) add(path string, stdin io.Reader) error {
	if path == "-" {
		text, err := io.ReadAll(io.LimitReader(stdin, tree.MaxFile+1))
		w.inputs = append(w.inputs, input{file: "<stdin>", text: text})
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return w.folder(path)
	}
	text, err := readFile(path)
	w.inputs = append(w.inputs, input{file: filepath.ToSlash(path), text: text})
	return err
}

// folder adds the files below a folder that may be meant.
func (w *walk) folder(root string) error {
	return filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && isPassedOver(d.Name()):
			return filepath.SkipDir
		case !d.Type().IsRegular() || !isCandidate(d.Name()):
			return nil
		case len(w.inputs) >= maxFiles:
			return fmt.Errorf("%s: has more than %d files, want a smaller folder", root, maxFiles)
		}
		text, err := readFile(file)
		w.inputs = append(w.inputs, input{filepath.ToSlash(file), text, true})
		return err
	})
}

// isPassedOver: nobody writes policies there.
func isPassedOver(folder string) bool {
	return strings.HasPrefix(folder, ".") || slices.Contains([]string{"node_modules", "vendor"}, folder)
}

func isCandidate(file string) bool {
	return slices.Contains([]string{".json", ".yaml", ".yml", ".template"}, strings.ToLower(filepath.Ext(file)))
}

// readFile reads no more than is linted, and a byte.
func readFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, tree.MaxFile+1))
}

// lint goes over the inputs: configurations first, since they say what other files are for.
func (w *walk) lint() (r Report) {
	actions := sync.OnceValue(actionNames) // of a large model
	slices.SortStableFunc(w.inputs, func(a, b input) int { return int(configs(b)) - int(configs(a)) })
	for _, in := range w.inputs {
		if in.inFolder && w.named[absolute(in.file)] {
			continue
		}
		l := newLinter(in.file, in.text, w.options, actions)
		if l.checkText(in.inFolder) {
			r.Files++
		}
		r.Findings = append(r.Findings, l.done()...)
		for _, file := range l.named {
			w.named[absolute(file)] = true
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return strings.Compare(a.File, b.File) })
	return r
}

// configs orders the files that may be a suback.yaml before others.
func configs(in input) int8 {
	if bytes.Contains(in.text, []byte("policyDocument:")) {
		return 1
	}
	return 0
}

func absolute(file string) string {
	if abs, err := filepath.Abs(file); err == nil {
		return abs
	}
	return file
}

func newLinter(file string, text []byte, o Options, actions func() []string) *linter {
	return &linter{options: o, actions: actions, src: &source{File: file, Text: text}, read: map[string]*value{},
		pools: map[string]bool{}}
}

// checkText reads the text and lints it; false if it is nothing of ours.
func (l *linter) checkText(inFolder bool) bool {
	root, err := read(l.src)
	if e := (*tree.Broken)(nil); errors.As(err, &e) {
		if inFolder && !mentionsIoT(l.src.Text) {
			return false
		}
		l.report("unreadable", e.At, "the file "+e.Text, "mend the file: nothing in it was looked at")
		return true
	}
	if inFolder && root.Kind == object && l.kindOf(root, true) == nil {
		return false
	}
	l.check(root, inFolder)
	return true
}

// mentionsIoT: a file that cannot be read, and would hold policies if it could.
func mentionsIoT(text []byte) bool {
	for _, word := range []string{`"iot:`, "AWS::IoT::", "policyDocument", "arn:aws:iot:"} {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}
