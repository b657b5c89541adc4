package functions

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

// Many functions end as quickly as one: the program has five seconds.
func TestFunctionsEndAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMade(&Code{}, allKept, quiet)
		m.byARN["bad"] = running{Runner: stubborn{errors.New("goes on running")}}
		for i := range 10 {
			m.byARN[fmt.Sprint(i)] = running{Runner: stubborn{}}
		}
		start := time.Now()
		err := m.Close()
		if err == nil || !strings.Contains(err.Error(), "goes on running") {
			t.Errorf("got %v, want the error of the one", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("got %v for eleven functions, want the 1s of one", took)
		}
	})
}
