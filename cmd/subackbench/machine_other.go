//go:build !linux

package main

import (
	"os"
	"os/exec"
	"runtime"
)

// noCPU is any CPU.
const noCPU = -1

// Elsewhere than on Linux nothing is tied to a CPU, and /proc's figures are missing.

func twoCPUs() (broker, generator int) { return noCPU, noCPU }

func onCPU(_ int, start func() error) error { return start() }

func calmly(start func() error) error { return start() }

func dieWithParent(*exec.Cmd) {}

func terminate(p *os.Process) error { return p.Kill() }

// raiseFiles is how many descriptors a process may have: not known here.
func raiseFiles() int { return 0 }

func kernel() string { return runtime.GOOS }
