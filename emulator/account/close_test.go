package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/logs"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/hooks"
)

// What hangs keeps nothing else from ending, and is named [issue 10].
func TestCloseInTurn(t *testing.T) {
	const forever = time.Hour
	tests := []struct {
		name  string
		take  [3]time.Duration // what each closing takes
		begun [3]time.Duration // when each is begun
		took  time.Duration
		want  string
	}{
		{"all quick", [3]time.Duration{1, 1, 1}, [3]time.Duration{0, 1, 2}, 3, "b failed"},
		{"the first hangs", [3]time.Duration{forever, 1, 1}, [3]time.Duration{0, 2 * time.Second, 3 * time.Second}, 4 * time.Second,
			"b failed\nclose: a: not ended within 4s"},
		{"the first is late", [3]time.Duration{2500 * time.Millisecond, 1, 1}, [3]time.Duration{0, 2 * time.Second, 2500 * time.Millisecond},
			2500*time.Millisecond + 1, "b failed"},
		{"the last hangs", [3]time.Duration{1, 1, forever}, [3]time.Duration{0, 1, 2}, 4 * time.Second,
			"b failed\nclose: c: not ended within 4s"},
		{"all hang", [3]time.Duration{forever, forever, forever}, [3]time.Duration{0, 2 * time.Second, 3 * time.Second}, 4 * time.Second,
			"close: a: not ended within 4s\nclose: b: not ended within 4s\nclose: c: not ended within 4s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var begun [3]time.Duration
				does := func(i int, err error) func() error {
					return func() error {
						begun[i] = time.Since(start)
						time.Sleep(tt.take[i])
						return err
					}
				}
				err := CloseInTurn([]Closing{
					{"a", 2 * time.Second, does(0, nil)}, {"b", 3 * time.Second, does(1, errors.New("b failed"))}, {"c", 4 * time.Second, does(2, nil)},
				})
				if took := time.Since(start); took != tt.took {
					t.Errorf("got ended after %v, want %v", took, tt.took)
				}
				synctest.Wait()
				if !slices.Equal(begun[:], tt.begun[:]) {
					t.Errorf("got begun after %v, want %v", begun, tt.begun)
				}
				if got := fmt.Sprint(err); got != tt.want {
					t.Errorf("got error %q, want %q", got, tt.want)
				}
				time.Sleep(2 * forever) // a goroutine left behind would be an error
			})
		})
	}
}

// Each closing is over later than the one before.
func TestClosingsAreInTime(t *testing.T) {
	e := opened(t, settings{})
	var before time.Duration
	for _, c := range e.Closings(func(func()) {}) {
		if c.By <= before {
			t.Errorf("%s: begun the next by %v, want later than %v", c.Name, c.By, before)
		}
		before = c.By
	}
	if before+logs.Time > 5*time.Second {
		t.Errorf("got an end within %v, want 5s (issue 10)", before+logs.Time)
	}
}

// Services have a second for what they had taken, then are told to end; one that does
// not is named.
func TestCloseEndsServices(t *testing.T) {
	for _, tt := range []struct {
		name  string
		serve func(context.Context, chan struct{})
		took  time.Duration
		want  string
	}{
		{"idle", nil, 0, "<nil>"},
		{"quick", func(context.Context, chan struct{}) {}, 0, "<nil>"},
		{"slow", func(context.Context, chan struct{}) { time.Sleep(time.Second / 2) }, time.Second / 2, "<nil>"},
		{"until it is told", func(ctx context.Context, _ chan struct{}) { <-ctx.Done() }, time.Second, "<nil>"},
		{"stubborn", func(_ context.Context, end chan struct{}) { <-end }, closeTime, "close: services: not ended within 4s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, err := start(settings{})
				if err != nil {
					t.Fatal(err)
				}
				end := make(chan struct{})
				const request = "$aws/things/T/jobs/get" // nobody answers that otherwise
				if err := e.hook.Register(hooks.Service{Name: "Echo", Filters: []string{request},
					Serve: func(ctx context.Context, _ *hooks.Request) { tt.serve(ctx, end) }}); err != nil {
					t.Fatal(err)
				}
				if tt.serve != nil {
					if err := e.hook.Route(&session.Message{Topic: request}, hooks.Origin{}); err != nil {
						t.Error(err)
					}
				}
				start := time.Now()
				if got := fmt.Sprint(e.Close()); got != tt.want || time.Since(start) != tt.took {
					t.Errorf("got %q after %v, want %q after %v", got, time.Since(start), tt.want, tt.took)
				}
				close(end)
			})
		})
	}
}
