package lambda

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newTestOutput(lines *[]string, level slog.Level) *output {
	return &output{said: new(atomic.Bool), log: slog.New(slog.NewTextHandler(new(strings.Builder), &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.MessageKey {
				*lines = append(*lines, a.Value.String())
			}
			return a
		},
	}))}
}

func TestOutputLines(t *testing.T) {
	long := strings.Repeat("x", shownLine)
	tests := []struct {
		name   string
		writes []string
		want   []string
		info   []string // what is other at that level
	}{
		{"lines", []string{"a\nb\n"}, []string{"a", "b"}, nil},
		{"parts of a line", []string{"a", "b", "c\nd"}, []string{"abc", "d"}, nil},
		{"empty line", []string{"\n\n"}, []string{"", ""}, nil},
		{"carriage return", []string{"a\r\n"}, []string{"a"}, nil},
		{"long line", []string{strings.Repeat("x", maxLine), "yy\nz\n"}, []string{strings.Repeat("x", maxLine) + " … (2 bytes more)", "z"},
			[]string{long + fmt.Sprintf(" … (%d bytes more, at debug level)", maxLine-shownLine+2), "z"}},
		{"an event (E-12)", []string{long + "yy\n"}, []string{long + "yy"}, []string{long + " … (2 bytes more, at debug level)"}},
		{"as long as is shown", []string{long + "\r\n"}, []string{long}, nil},
		{"cut between characters", []string{long[1:] + "é\n"}, []string{long[1:] + "é"},
			[]string{long[1:] + " … (2 bytes more, at debug level)"}},
		{"a remark, once (F-25)", []string{"a\n" + remark + "b\n", remark + "b\nc\n"}, []string{"a", "b", "c"}, []string{"a", "c"}},
		{"nothing", []string{""}, nil, nil},
	}
	for _, tt := range tests {
		if tt.info == nil {
			tt.info = tt.want
		}
		for level, want := range map[slog.Level][]string{slog.LevelDebug: tt.want, slog.LevelInfo: tt.info} {
			t.Run(tt.name+" "+level.String(), func(t *testing.T) {
				var got []string
				o := newTestOutput(&got, level)
				for _, w := range tt.writes {
					if n, err := o.Write([]byte(w)); n != len(w) || err != nil {
						t.Errorf("got %d, %v, want %d", n, err, len(w))
					}
				}
				o.Flush()
				if !slices.Equal(got, want) {
					t.Errorf("got %.60q, want %.60q", got, want)
				}
			})
		}
	}
}

func TestOutputRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		o := newTestOutput(&got, slog.LevelInfo)
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
