package emulator

import (
	"errors"
	"fmt"
	"time"
)

// closeTime is how long Close takes at most before the log, whatever hangs.
const closeTime = 4 * time.Second

// Close ends every connection, process and goroutine of the emulator and waits
// for them, but not for longer than 5 seconds: its error then says what hangs,
// such as a disk or a Go function that ignores the end of its context. It may be
// called more than once.
func (e *Emulator) Close() (err error) {
	e.closing.Do(func() {
		e.stop()
		_ = e.hook.Stop() // what waits for an authorizer gives up
		err = closeInTurn(e.closings())
		e.logs.close()
	})
	return err
}

// closings are what there is to end, in this order: connections need functions
// and sessions, a reload waits for requests, code is removed once the file no longer
// names it.
func (e *Emulator) closings() []closing {
	return []closing{
		{"connections", 2 * time.Second, e.closeConnections},
		{"the reload of the configuration", 2250 * time.Millisecond, e.closeWatching},
		{"the account's file", 2750 * time.Millisecond, e.options.keeper.close},
		{"functions", 3500 * time.Millisecond, e.closeFunctions},
		{"the sessions' file", closeTime, e.sessions.Close},
	}
}

func (e *Emulator) closeConnections() error {
	if e.server == nil {
		return nil
	}
	e.hook.DisconnectAll()
	return e.server.Close()
}

func (e *Emulator) closeWatching() error {
	e.watching.Wait()
	return nil
}

func (e *Emulator) closeFunctions() error {
	e.mu.Lock()
	present := e.account // a reload that hangs may be about to replace it
	e.mu.Unlock()
	return errors.Join(present.close(nil), e.options.made.close())
}

// A closing is one part of an end.
type closing struct {
	name string
	by   time.Duration // since the start; the next begins then at the latest
	do   func() error
}

// closeInTurn does one after the other, and does not let one that hangs keep the
// others from it. It returns at the last one's time at the latest.
func closeInTurn(all []closing) (err error) {
	ended := make(chan int, len(all))
	failed, hanging := make([]error, len(all)), make(map[int]bool)
	start := time.Now()
	for i, c := range all {
		hanging[i] = true
		go func() {
			failed[i] = c.do()
			ended <- i
		}()
		for timeout := time.After(time.Until(start.Add(c.by))); timeout != nil && len(hanging) > 0; {
			select {
			case n := <-ended:
				delete(hanging, n)
				err = errors.Join(err, failed[n])
			case <-timeout:
				timeout = nil
			}
		}
	}
	for i, c := range all {
		if hanging[i] {
			within := time.Since(start).Round(time.Second)
			err = errors.Join(err, fmt.Errorf("close: %s: not ended within %v", c.name, within))
		}
	}
	return err
}
