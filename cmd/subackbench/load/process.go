package load

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc's CPU times: 100 a second on every Linux that Go has.
const tick = 10 * time.Millisecond

// Used is the CPU time of a process so far, without its children's; 0 if it is not
// known, as on a system without /proc.
func Used(pid int) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	used, _ := cpuTime(b)
	return used
}

// cpuTime reads user and system time from a /proc/<pid>/stat. The name, second, is
// in parentheses, and may have spaces and parentheses itself.
func cpuTime(stat []byte) (time.Duration, error) {
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(f) < 13 {
		return 0, errors.New("stat: too short, want utime and stime")
	}
	user, err := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	return time.Duration(user+system) * tick, errors.Join(err, err2)
}

// Resident is the memory of a process in bytes; 0 if it is not known.
func Resident(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	size, _ := residentSize(b)
	return size
}

// residentSize reads VmRSS from a /proc/<pid>/status.
func residentSize(status []byte) (int64, error) {
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("status: no VmRSS")
}
