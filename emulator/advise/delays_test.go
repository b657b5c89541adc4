package advise

import (
	"testing"
	"time"
)

func ms(all ...int) (delays []time.Duration) {
	for _, n := range all {
		delays = append(delays, time.Duration(n)*time.Millisecond)
	}
	return delays
}

// TestJudgeDelays: what is said of each kind of delays.
func TestJudgeDelays(t *testing.T) {
	tests := []struct {
		name   string
		delays []time.Duration
		want   Outcome
		said   string
	}{
		{"a tight loop", ms(2, 3, 2, 2, 900), Failed,
			"pump-7 does not back off: it came again after 0.002 s, 0.003 s, 0.002 s, 0.002 s, 0.9 s, always sooner than 1.0 s"},
		{"always a second", ms(1003, 1001, 1012, 1000, 1004), Failed,
			"pump-7 waits the same each time: it came again after 1.0 s, 1.0 s, 1.0 s, 1.0 s, 1.0 s"},
		{"once more, then the same", ms(1000, 2000, 2003, 2001, 2002), Failed,
			"pump-7 waits the same each time: it came again after 1.0 s, 2.0 s, 2.0 s, 2.0 s, 2.0 s"},
		{"linear", ms(1000, 2010, 2990, 4020, 5001), Failed,
			"pump-7 waits longer by the same each time: it came again after 1.0 s, 2.0 s, 3.0 s, 4.0 s, 5.0 s"},
		{"linear up to a bound", ms(1000, 2010, 2990, 3000, 3000), Failed,
			"pump-7 waits longer by the same each time: it came again after 1.0 s, 2.0 s, 3.0 s, 3.0 s, 3.0 s"},
		{"exponential", ms(1003, 2005, 4001, 8020, 16010), Warned,
			"pump-7 backs off exponentially, without jitter: it came again after 1.0 s, 2.0 s, 4.0 s, 8.0 s, 16 s"},
		{"exponential, with 10 s for the CONNACK", ms(11003, 12005, 14001, 18020, 26010), Warned,
			"pump-7 backs off exponentially, without jitter: it came again after 11 s, 12 s, 14 s, 18 s, 26 s"},
		{"exponential up to a bound", ms(1003, 2005, 4001, 8020, 8010), Warned,
			"pump-7 backs off exponentially, without jitter: it came again after 1.0 s, 2.0 s, 4.0 s, 8.0 s, 8.0 s"},
		{"exponential up to a bound between", ms(1003, 2005, 4001, 8020, 10010), Warned,
			"pump-7 backs off exponentially, without jitter: it came again after 1.0 s, 2.0 s, 4.0 s, 8.0 s, 10 s"},
		{"full jitter", ms(700, 1900, 1400, 7100, 12300), Passed,
			"pump-7 backs off with jitter: it came again after 0.7 s, 1.9 s, 1.4 s, 7.1 s, 12 s"},
		{"equal jitter", ms(820, 1510, 3700, 5020, 14100), Passed,
			"pump-7 backs off with jitter: it came again after 0.8 s, 1.5 s, 3.7 s, 5.0 s, 14 s"},
		{"by chance, and no longer", ms(1900, 1100, 2700, 1300, 1700), Warned,
			"pump-7 waits by chance, and not longer as it fails again: it came again after 1.9 s, 1.1 s, 2.7 s, 1.3 s, 1.7 s"},
		{"shorter each time", ms(9000, 7000, 5500, 2100, 1000), Warned,
			"pump-7 waits by chance, and not longer as it fails again: it came again after 9.0 s, 7.0 s, 5.5 s, 2.1 s, 1.0 s"},
	}
	for _, tt := range tests {
		got := judgeDelays("pump-7", tt.delays, Settings{}.complete())
		if got.Outcome != tt.want || got.Said != tt.said {
			t.Errorf("%s:\ngot  %s: %s\nwant %s: %s", tt.name, got.Outcome, got.Said, tt.want, tt.said)
		}
		if (got.Hint == "") != (tt.want == Passed) {
			t.Errorf("%s: got the hint %q, want one unless it passed", tt.name, got.Hint)
		}
	}
}

// TestJudgeExponential: without jitter is enough there.
func TestJudgeExponential(t *testing.T) {
	for _, tt := range []struct {
		delays []time.Duration
		want   Outcome
	}{
		{ms(1000, 2000, 4000, 8000, 16000), Passed}, {ms(820, 1510, 3700, 5020, 14100), Passed},
		{ms(1000, 2000, 3000, 4000, 5000), Failed}, {ms(1000, 1000, 1000, 1000, 1000), Failed},
	} {
		if got := judgeExponential("pump-7", tt.delays, Settings{}.complete()); got.Outcome != tt.want {
			t.Errorf("%s: got %s, want %s", inWords(tt.delays), got.Outcome, tt.want)
		}
	}
}
