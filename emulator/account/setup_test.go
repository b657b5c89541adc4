package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/lambda"
)

// A stubborn function takes a second to end.
type stubborn struct{ err error }

func (s stubborn) Invoke(context.Context, lambda.Invocation) ([]byte, error) { return nil, nil }

func (s stubborn) Close() error {
	time.Sleep(time.Second)
	return s.err
}

// TestConfiguredFunctionsEndAtOnce: many functions end as quickly as one, for the program
// has five seconds.
func TestConfiguredFunctionsEndAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &setup{runners: map[string]lambda.Runner{"bad": stubborn{errors.New("goes on running")}}}
		for i := range 10 {
			s.runners[fmt.Sprint(i)] = stubborn{}
		}
		start := time.Now()
		err := s.close(nil)
		if err == nil || !strings.Contains(err.Error(), "goes on running") {
			t.Errorf("got %v, want the error of the one", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("got %v for eleven functions, want the 1s of one", took)
		}
	})
}
