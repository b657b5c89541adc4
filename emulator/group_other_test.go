//go:build !unix

package emulator_test

import "os/exec"

// ownGroup and killGroup are about the program alone where there are no groups.
func ownGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}
