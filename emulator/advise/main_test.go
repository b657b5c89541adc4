package advise_test

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "16") // all of them: they wait for devices that stay away; the command line wins
	os.Exit(m.Run())
}
