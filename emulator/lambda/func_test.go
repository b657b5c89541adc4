package lambda

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

type refused struct{}

func (*refused) Error() string { return "refused" }

func TestFunc(t *testing.T) {
	tests := []struct {
		name    string
		f       func(context.Context, []byte) ([]byte, error)
		want    string
		wantErr string // of the FunctionError
	}{
		{"answer", func(_ context.Context, event []byte) ([]byte, error) { return event, nil }, `{"a":1}`, ""},
		{"error", func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no") }, "", "errorString: no"},
		{"own error type", func(context.Context, []byte) ([]byte, error) { return nil, &refused{} }, "", "refused: refused"},
		{"FunctionError", func(context.Context, []byte) ([]byte, error) {
			return nil, fmt.Errorf("wrapped: %w", &FunctionError{Type: "T", Message: "m"})
		}, "", "T: m"},
		{"panic", func(context.Context, []byte) ([]byte, error) { panic("oops") }, "", "string: oops"},
		{"runtime panic", func(_ context.Context, b []byte) ([]byte, error) { return b[len(b)+1:], nil }, "",
			"boundsError: runtime error: slice bounds out of range [8:7]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := Func(tt.f)
			defer f.Close()
			got, err := f.Invoke(t.Context(), Invocation{Event: []byte(`{"a":1}`)})
			if tt.wantErr == "" {
				if err != nil || string(got) != tt.want {
					t.Errorf("got %s, %v, want %s", got, err, tt.want)
				}
				return
			}
			var failed *FunctionError
			if !errors.As(err, &failed) || failed.Error() != tt.wantErr {
				t.Errorf("got %v, want FunctionError %s (aws-lambda-go)", err, tt.wantErr)
			}
		})
	}
}

func TestFuncContext(t *testing.T) {
	f := Func(func(ctx context.Context, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	defer f.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(ctx, Invocation{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a deadline exceeded", err)
	}

	entered, failed := make(chan bool), make(chan error)
	f = Func(func(ctx context.Context, _ []byte) ([]byte, error) {
		close(entered)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	go func() {
		_, err := f.Invoke(t.Context(), Invocation{})
		failed <- err
	}()
	<-entered
	if err := f.Close(); err != nil {
		t.Errorf("close: got %v, want nil", err)
	}
	if err := <-failed; err == nil {
		t.Error("got no error from an invocation that Close ended")
	}
	if _, err := f.Invoke(t.Context(), Invocation{}); err != errClosed {
		t.Errorf("after close: got %v, want %v", err, errClosed)
	}
}

func TestFuncIgnoresItsContext(t *testing.T) {
	release := make(chan bool)
	f := Func(func(context.Context, []byte) ([]byte, error) { <-release; return nil, nil })
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(ctx, Invocation{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a deadline exceeded", err)
	}
	if err := f.Close(); err == nil {
		t.Error("close: got nil, want an error that says a function goes on")
	}
	close(release)
}

func TestFuncAnswersTooMuch(t *testing.T) {
	f := Func(func(context.Context, []byte) ([]byte, error) { return make([]byte, maxPayload+1), nil })
	defer f.Close()
	_, err := f.Invoke(t.Context(), Invocation{})
	var failure *FunctionError
	if !errors.As(err, &failure) || failure.Type != "Function.ResponseSizeTooLarge" {
		t.Errorf("got %v, want Function.ResponseSizeTooLarge, as from Lambda", err)
	}
}
