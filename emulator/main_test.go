package emulator_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/suback/suback/emulator/skips"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) { os.Exit(skips.Report(code)) }))
}
