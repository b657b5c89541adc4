package emulator_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/suback/suback/emulator/skips"
)

func TestMain(m *testing.M) {
	// Many wait for clients of other languages; more at once, and those that are about seconds would
	// not be in time: with -race, as CI has it, fewer. -parallel on the command line wins.
	atOnce := 3
	if skips.CI() {
		atOnce = 2
	}
	_ = flag.Set("test.parallel", strconv.Itoa(atOnce*runtime.GOMAXPROCS(0)))
	debug.SetGCPercent(400) // of a heap of some megabytes, at which a sixth of the processor went
	goleak.VerifyTestMain(suite{m}, goleak.Cleanup(func(code int) { os.Exit(skips.Report(code)) }))
}

// A suite ends what its tests have shared.
type suite struct{ *testing.M }

func (s suite) Run() int {
	defer sdkDevices.close()
	defer sharedChromium.close()
	defer sharedCLI.close()
	defer func() {
		if built != "" {
			_ = os.RemoveAll(built)
		}
	}()
	return s.M.Run()
}

// built is the folder of the program, made by the first test that wants it.
var built string

var build = sync.OnceValue(func() (err error) {
	if built, err = os.MkdirTemp("", "suback"); err != nil {
		return err
	}
	if out, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", built, "../cmd/suback").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
})

// suback returns the file of the program.
func suback(t *testing.T) string {
	t.Helper()
	must(t, build())
	return filepath.Join(built, "suback")
}
