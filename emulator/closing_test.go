package emulator

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
	tests := map[string]func(failing error) error{
		"of the configuration": func(failing error) error {
			s := &setup{runners: map[string]lambda.Runner{"bad": stubborn{failing}}}
			for i := range 10 {
				s.runners[fmt.Sprint(i)] = stubborn{}
			}
			return s.close(nil)
		},
		"of the API": func(failing error) error {
			m := newMadeFunctions(&functionCode{})
			m.byARN["bad"] = madeFunction{Runner: stubborn{failing}}
			for i := range 10 {
				m.byARN[fmt.Sprint(i)] = madeFunction{Runner: stubborn{}}
			}
			return m.close()
		},
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				err := end(errors.New("goes on running"))
				if err == nil || !strings.Contains(err.Error(), "goes on running") {
					t.Errorf("got %v, want the error of the one", err)
				}
				if took := time.Since(start); took != time.Second {
					t.Errorf("got %v for eleven functions, want the 1s of one", took)
				}
			})
		})
	}
}
