package emulator_test

import (
	"os"
	"os/exec"
	"sync"
	"testing"
)

// Tests that need no Chromium of their own share one: to start it takes more than a second
// of a processor. What it opens for a test is a browser of its own to the pages in it.

// sharedChromium is the process, started by the first test that wants it and ended by
// TestMain. There is one in a test program, as of sdkDevices.
var sharedChromium chromium

type chromium struct {
	mu      sync.Mutex
	cmd     *exec.Cmd // nil: not started
	profile string
}

// open returns a connection of the test's own. Names of *.example are this machine's.
func (c *chromium) open(t *testing.T) *chrome {
	t.Helper()
	path := findChromium(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd == nil {
		must(t, c.start(path))
	}
	return openChrome(t, c.profile)
}

// start starts it; after an error there is none.
func (c *chromium) start(path string) (err error) {
	if c.profile, err = os.MkdirTemp("", "suback-chromium"); err != nil {
		return err
	}
	cmd := exec.Command(path, "--headless", "--remote-debugging-port=0", "--user-data-dir="+c.profile,
		"--host-resolver-rules=MAP *.example 127.0.0.1", "--no-sandbox", // root needs it, and all it shows is ours
		"--disable-gpu", "--disable-dev-shm-usage", "--disable-sync", "--disable-component-update", "--no-first-run",
		"--disable-background-networking", "--hide-scrollbars", "about:blank")
	if err := cmd.Start(); err != nil {
		return err
	}
	c.cmd = cmd
	return nil
}

func (c *chromium) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd != nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
	if c.profile != "" {
		_ = os.RemoveAll(c.profile)
	}
}
