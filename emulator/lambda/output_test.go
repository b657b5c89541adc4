package lambda

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func newTestOutput(lines *[]string) *output {
	return &output{log: slog.New(slog.NewTextHandler(new(strings.Builder), &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.MessageKey {
				*lines = append(*lines, a.Value.String())
			}
			return a
		},
	}))}
}

func TestOutputLines(t *testing.T) {
	tests := []struct {
		name   string
		writes []string
		want   []string
	}{
		{"lines", []string{"a\nb\n"}, []string{"a", "b"}},
		{"parts of a line", []string{"a", "b", "c\nd"}, []string{"abc", "d"}},
		{"empty line", []string{"\n\n"}, []string{"", ""}},
		{"carriage return", []string{"a\r\n"}, []string{"a"}},
		{"long line", []string{strings.Repeat("x", maxLine), "yy\nz\n"}, []string{strings.Repeat("x", maxLine) + " … (2 bytes more)", "z"}},
		{"nothing", []string{""}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			o := newTestOutput(&got)
			for _, w := range tt.writes {
				if n, err := o.Write([]byte(w)); n != len(w) || err != nil {
					t.Errorf("got %d, %v, want %d", n, err, len(w))
				}
			}
			o.Flush()
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %.60q, want %.60q", got, tt.want)
			}
		})
	}
}

func TestOutputRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		o := newTestOutput(&got)
		o.Write([]byte(strings.Repeat("x\n", maxLines+5)))
		if len(got) != maxLines {
			t.Errorf("got %d lines, want %d", len(got), maxLines)
		}
		time.Sleep(time.Second) // of the bubble
		o.Write([]byte("y\n"))
		if want := []string{"… (5 lines more)", "y"}; !slices.Equal(got[maxLines:], want) {
			t.Errorf("got %q, want %q", got[maxLines:], want)
		}
	})
}

func TestInvocationLog(t *testing.T) {
	t.Parallel()
	for _, o := range []ProcessOptions{
		{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.print"},
		{Runtime: "python", Code: "testdata/python", Handler: "index.prints"},
	} {
		p := newProcess(t, o)
		for i := range 3 { // by the same process
			log := newLogBuffer()
			if _, err := p.Invoke(t.Context(), Invocation{Event: []byte("{}"), Log: log}); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"to stdout", "to stderr", "no line feed"} {
				if got := log.String(); strings.Count(got, want) != 1 {
					t.Errorf("%s, invocation %d: got %q, want %q once (Lambda: LogType)", o.Runtime, i, got, want)
				}
			}
		}
		if _, err := p.Invoke(t.Context(), Invocation{Event: []byte("{}")}); err != nil {
			t.Errorf("%s: %v without a log, want an answer", o.Runtime, err)
		}
	}
}
