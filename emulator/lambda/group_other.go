//go:build !unix

package lambda

import (
	"os"
	"os/exec"
	"syscall"
)

// Without process groups and inherited descriptors, what a handler starts may
// outlive it.

func newGroup() *syscall.SysProcAttr { return nil }

func signalGroup(leader *os.Process, _ syscall.Signal) error { return leader.Kill() }

func inherit(*exec.Cmd, *os.File) {}
