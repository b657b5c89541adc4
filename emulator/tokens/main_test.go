package tokens_test

import (
	"os"
	"testing"

	"github.com/suback/suback/emulator/skips"
)

func TestMain(m *testing.M) { os.Exit(skips.Report(m.Run())) }
