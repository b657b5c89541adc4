package main

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// noCPU is any CPU.
const noCPU = -1

// twoCPUs are the first two that this process may use: one for what is measured, one
// for the generator. With a single one nothing is tied.
func twoCPUs() (broker, generator int) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil || set.Count() < 2 {
		return noCPU, noCPU
	}
	var two []int
	for cpu := 0; len(two) < 2; cpu++ {
		if set.IsSet(cpu) {
			two = append(two, cpu)
		}
	}
	return two[0], two[1]
}

// onCPU starts a process that stays on a CPU: it inherits that of the thread that
// starts it.
func onCPU(cpu int, start func() error) error {
	if cpu == noCPU {
		return start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	one.Set(cpu)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return err
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	return start()
}

// calmly starts a process that gives way to those that this one starts otherwise, where nice
// counts for nothing: under a real-time policy. It inherits that of the thread that starts it.
func calmly(start func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	own, err := unix.SchedGetAttr(0, 0)
	if err != nil || own.Policy != unix.SCHED_RR && own.Policy != unix.SCHED_FIFO {
		return start()
	}
	lower := *own
	lower.Priority = (own.Priority + 1) / 2
	if err := unix.SchedSetAttr(0, &lower, 0); err != nil {
		return err
	}
	defer func() { _ = unix.SchedSetAttr(0, own, 0) }()
	return start()
}

// dieWithParent has the kernel end the process when the bench ends, even by SIGKILL.
// It comes when the thread ends that started the process: onCPU gives its thread
// back, and Go keeps it.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// raiseFiles lets this process and its children have as many descriptors as they
// may, and returns how many those are.
func raiseFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	limit.Cur = limit.Max
	_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	return int(limit.Cur)
}

// kernel names the system.
func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return runtime.GOOS
	}
	return "Linux " + unix.ByteSliceToString(u.Release[:])
}
