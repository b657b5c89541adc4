package emulator_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/suback/suback/emulator/skips"
)

func TestMain(m *testing.M) {
	skips.SetParallel()
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
