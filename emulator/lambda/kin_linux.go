package lambda

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// A running is a line of the process table.
type running struct {
	kin
	parent int
}

// look finds a process by its number; it is the zero kin if there is none.
func look(pid int) kin {
	r, _ := readRunning(pid)
	return r.kin
}

// running are the processes that carry the mark in their environment, those
// known that still run, and what descends from them.
func (f family) running() (found []kin) {
	table := processTable()
	related := make(map[int]bool)
	for _, r := range table {
		related[r.pid] = slices.Contains(f.known, r.kin) || r.begun >= f.since && marked(r.pid, f.mark)
	}
	for grown := true; grown; {
		grown = false
		for _, r := range table {
			if related[r.parent] && !related[r.pid] {
				related[r.pid], grown = true, true
			}
		}
	}
	for _, pid := range slices.Sorted(maps.Keys(table)) {
		if related[pid] {
			found = append(found, table[pid].kin)
		}
	}
	return found
}

// processTable has what runs but this program and zombies, by number.
func processTable() map[int]running {
	table := make(map[int]running)
	folders, _ := os.ReadDir("/proc") // without it nothing is found
	for _, folder := range folders {
		pid, err := strconv.Atoi(folder.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if r, ok := readRunning(pid); ok {
			table[pid] = r
		}
	}
	return table
}

// readRunning reads /proc/<pid>/stat: pid, (name), state, parent, …; the name
// may have anything in it.
func readRunning(pid int) (running, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if err != nil || len(fields) < 20 || strings.Contains("ZX", fields[0]) {
		return running{}, false
	}
	parent, _ := strconv.Atoi(fields[1])
	begun, _ := strconv.ParseUint(fields[19], 10, 64)
	return running{kin{pid, begun}, parent}, true
}

// marked reports whether a process of this user has started with the mark in
// its environment.
func marked(pid int, mark string) bool {
	folder := fmt.Sprintf("/proc/%d", pid)
	info, err := os.Stat(folder)
	if err != nil {
		return false
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || int(owner.Uid) != os.Geteuid() {
		return false
	}
	environ, _ := os.ReadFile(folder + "/environ") // empty for one that has ended
	return bytes.Contains(append([]byte{0}, environ...), []byte("\x00"+mark+"\x00"))
}

// kill ends the process, if it is still the one that was seen.
func (k kin) kill() {
	p, err := os.FindProcess(k.pid) // from here on it is no other's
	if err != nil {
		return
	}
	if look(k.pid) == k {
		_ = p.Kill() // it may have ended
	}
	_ = p.Release()
}
