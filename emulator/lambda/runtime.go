package lambda

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Runtimes are the names of runtimes in words, for messages.
const Runtimes = "nodejs, python or provided"

var runtimeName = regexp.MustCompile(`^(nodejs|python)[0-9.]*x?$|^provided(\.al2(023)?)?$`)

// IsRuntime reports whether name is a runtime that is run here: nodejs, python,
// provided or AWS's longer name of one.
func IsRuntime(name string) bool { return runtimeName.MatchString(name) }

//go:embed bootstrap.cjs
var nodeBootstrap string

//go:embed bootstrap.py
var pythonBootstrap string

// A command is how a process is started that speaks the Runtime API.
type command struct {
	args  []string // the first is the path of an executable
	stdin string   // what it reads
	shims bool     // it may be a shim, whose interpreter is somewhere below HOME
}

func (o *ProcessOptions) python() bool   { return strings.HasPrefix(o.Runtime, "python") }
func (o *ProcessOptions) provided() bool { return strings.HasPrefix(o.Runtime, "provided") }

// findRuntime checks that everything a function needs is there.
func findRuntime(o *ProcessOptions) (command, code, error) {
	switch {
	case o.provided():
		executable, c, err := findExecutable(o.Code, o.Handler)
		return command{args: []string{executable}, shims: isScript(executable)}, c, err
	case o.python():
		c, err := findCode(o.Code, o.Handler, python)
		if err != nil {
			return command{}, c, err
		}
		run, err := o.interpreter(pythonBootstrap, "Python 3.8 or later", "python3", "-u", "-")
		return run, c, err
	}
	c, err := findCode(o.Code, o.Handler, nodeJS)
	if err != nil {
		return command{}, c, err
	}
	run, err := o.interpreter(nodeBootstrap, "Node.js 18 or later",
		append([]string{"node"}, nodeFlags(o.MemorySize)...)...)
	return run, c, err
}

func (o *ProcessOptions) interpreter(program, install string, args ...string) (command, error) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return command{}, fmt.Errorf("runtime %s: %q is not on PATH, install %s", o.Runtime, args[0], install)
	}
	args[0] = path
	return command{args, program, true}, nil
}

// nodeFlags bound the heap as AWS's runtime does: without, Node.js goes by the
// memory of this machine and lets garbage grow beyond the function's.
func nodeFlags(memorySize int) []string {
	young := memorySize / 10
	return []string{
		fmt.Sprintf("--max-old-space-size=%d", memorySize-young),
		fmt.Sprintf("--max-semi-space-size=%d", max(young/2, 1)),
		"--input-type=commonjs", "-",
	}
}

// findExecutable finds the program of a provided runtime: path itself, or in a
// folder bootstrap, as on AWS, or else what handler names.
func findExecutable(path, handler string) (string, code, error) {
	absolute, isFolder, err := statCode(path)
	if err != nil {
		return "", code{}, err
	}
	c := code{folder: filepath.Dir(absolute), file: absolute}
	if isFolder {
		c = code{folder: absolute}
		if absolute, err = inFolder(absolute, path, handler); err != nil {
			return "", c, err
		}
	}
	if _, err := exec.LookPath(absolute); err != nil {
		return "", c, fmt.Errorf("code %q: %s is not executable, want chmod +x", path, filepath.Base(absolute))
	}
	return absolute, c, nil
}

// isScript reports whether an executable names its interpreter.
func isScript(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false // it can be run and not be read
	}
	defer f.Close()
	var begins [2]byte
	_, err = io.ReadFull(f, begins[:])
	return err == nil && string(begins[:]) == "#!"
}

func inFolder(folder, shown, handler string) (string, error) {
	names := []string{"bootstrap"}
	if handler != "" && filepath.IsLocal(handler) {
		names = append(names, filepath.FromSlash(handler))
	}
	for _, name := range names {
		file := filepath.Join(folder, name)
		if _, isFolder, err := statCode(file); err == nil && !isFolder {
			return file, nil
		}
	}
	if len(names) == 1 && handler != "" {
		return "", fmt.Errorf("handler %q: want the name of an executable in %q", handler, shown)
	}
	return "", fmt.Errorf("code %q has no executable %s", shown, strings.Join(names, " or "))
}
