package lambda

import (
	"os"
	"syscall"
)

// tie has the kernel kill the whole group of leader when the other end of the
// pipe closes. This holds for a kill -9 of this program and for handlers that
// ignore signals or never come back to their event loop.
//
// Pdeathsig would not do: it reaches the leader alone, and it comes when the
// thread ends that started the process, not the program.
func tie(pipe *os.File, leader *os.Process) {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		fcntl := func(command, arg uintptr) uintptr {
			r, _, _ := syscall.Syscall(syscall.SYS_FCNTL, fd, command, arg)
			return r
		}
		fcntl(syscall.F_SETOWN, uintptr(-leader.Pid))
		fcntl(syscall.F_SETSIG, uintptr(syscall.SIGKILL))
		fcntl(syscall.F_SETFL, fcntl(syscall.F_GETFL, 0)|syscall.O_ASYNC)
	})
}
