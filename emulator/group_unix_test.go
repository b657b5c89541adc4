//go:build unix

package emulator_test

import (
	"os/exec"
	"syscall"
)

// ownGroup has a program and all that it starts be ended by killGroup: Debian's chromium-headless-shell is a
// script that waits for the browser.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills and waits.
func killGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait()
	endGroup(cmd.Process.Pid)
}
