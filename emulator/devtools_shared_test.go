package emulator_test

import (
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
)

// Tests that need no Chromium of their own share one: to start it takes more than a second
// of a processor. What it opens for a test is a browser of its own to the pages in it.

// sharedChromium is the process, started by the first test that wants it and ended by
// TestMain. There is one in a test program, as of sdkDevices.
var sharedChromium chromium

// chromiumFlags are those of every Chromium here: without a screen, without what looks for
// news, with no process that waits for a page to come, and pages that are not seen run as
// fast as the one that is.
var chromiumFlags = []string{"--headless", "--remote-debugging-port=0", "--no-sandbox", // root needs it, and all it shows is ours
	"--disable-gpu", "--disable-dev-shm-usage", "--disable-sync", "--disable-component-update", "--no-first-run",
	"--disable-background-networking", "--disable-extensions", "--disable-breakpad", "--hide-scrollbars",
	"--disable-features=PaintHolding,SpareRendererForSitePerProcess",
	"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding"}

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
	cmd := exec.Command(path, append(slices.Clone(chromiumFlags), "--user-data-dir="+c.profile,
		"--host-resolver-rules=MAP *.example 127.0.0.1", "about:blank")...)
	ownGroup(cmd)
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
		killGroup(c.cmd)
	}
	if c.profile != "" {
		_ = os.RemoveAll(c.profile)
	}
}
