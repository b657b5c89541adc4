package durable

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// patience is how long to wait for another process: what they do here is short.
const patience = 5 * time.Second

// errBusy means that another process has the lock.
var errBusy = errors.New("locked by another process")

// Alone calls f while no other process is in a call of Alone for that folder, which
// must exist. It waits up to 5 s for others. On a file system, or an operating
// system, without locks f is called nevertheless. The error is f's, or names the
// folder.
func Alone(folder string, f func() error) error {
	d, err := os.Open(folder)
	if err != nil {
		return err // it names the folder
	}
	defer d.Close() // unlocks
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		err = tryLock(d)
		if err != errBusy {
			break
		}
		if time.Since(start) > patience {
			return fmt.Errorf("%s: %w for %v", folder, errBusy, patience)
		}
	}
	return f()
}

// Hold locks an open file until it is closed or this program ends, however it ends. It does not
// wait: false means that another process has the lock, or that there are no locks here.
func Hold(f *os.File) bool { return tryLock(f) == nil }
