package load

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestCPUTime(t *testing.T) {
	tests := []struct {
		name, stat string
		want       time.Duration
		fails      bool
	}{
		{"plain", "7 (suback) S 1 7 7 0 -1 4194304 1 2 3 4 25 17 100 200 20 0", 420 * time.Millisecond, false},
		{"a name with spaces and parentheses", "7 (a b) (c) S 1 7 7 0 -1 4194304 1 2 3 4 1 2 100 200 20 0", 30 * time.Millisecond, false},
		{"children do not count", "7 (x) S 1 7 7 0 -1 4194304 1 2 3 4 0 0 900 900 20 0", 0, false},
		{"empty", "", 0, true},
		{"short", "7 (x) S 1 7", 0, true},
		{"no number", "7 (x) S 1 7 7 0 -1 4194304 1 2 3 4 a 2 100 200 20 0", 0, true},
	}
	for _, test := range tests {
		got, err := cpuTime([]byte(test.stat))
		if (err != nil) != test.fails || !test.fails && got != test.want {
			t.Errorf("%s: got %v, %v, want %v", test.name, got, err, test.want)
		}
	}
}

func TestResidentSize(t *testing.T) {
	tests := []struct {
		status string
		want   int64
		fails  bool
	}{
		{"Name:\tx\nVmHWM:\t    9000 kB\nVmRSS:\t    8312 kB\nRssAnon:\t 1 kB\n", 8312 << 10, false},
		{"Name:\tkthreadd\n", 0, true},
		{"VmRSS:\t many kB\n", 0, true},
	}
	for _, test := range tests {
		got, err := residentSize([]byte(test.status))
		if (err != nil) != test.fails || got != test.want {
			t.Errorf("%q: got %d, %v, want %d", test.status, got, err, test.want)
		}
	}
}

// A process that works is seen to; one that is not there has used nothing.
func TestUsed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no /proc")
	}
	before, end := Used(os.Getpid()), time.Now().Add(20*time.Second)
	for Used(os.Getpid()) == before {
		if time.Now().After(end) {
			t.Fatalf("got %v, want more after work", before)
		}
	}
	if got := Resident(os.Getpid()); got < 1<<20 {
		t.Errorf("got %d bytes resident, want those of a Go program", got)
	}
	if Used(1<<30) != 0 || Resident(1<<30) != 0 {
		t.Error("got figures of a process that is not there")
	}
}
