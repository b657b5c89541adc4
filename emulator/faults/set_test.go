package faults

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestCheck(t *testing.T) {
	tests := []struct {
		name string
		f    Fault
		want string // in the error, "" for none
	}{
		{"the least", Fault{On: Client, Do: Close}, ""},
		{"all of a delay", Fault{On: Publish, Do: Delay, Client: "a*", Topic: "a/#", Delay: 1, Times: new(0), Probability: new(.5)}, ""},
		{"the longest delay", Fault{On: HTTP, Do: Delay, Path: "/topics", Delay: Duration(10 * time.Minute)}, ""},
		{"all of a certificate", Fault{On: Certificate, Do: Expire, ServerName: "localhost", Source: "127.0.0.1", Times: new(0)}, ""},
		{"a certificate of a client", Fault{On: Certificate, Do: Forge, Client: "pump-7"},
			"client: certificate forge has none, want serverName or source"},
		{"who is replaced, twice", Fault{On: Client, Do: Replace, Times: new(2)}, "times: whoever is connected now is closed once"},
		{"no place", Fault{Do: Close},
			`on: "" is not known, want one of action, certificate, client, connect, deliver, function, http, ping, puback, publish, suback`},
		{"a misspelled place", Fault{On: "pubback", Do: Drop}, `on: "pubback" is not known, is puback meant?`},
		{"what is not done there", Fault{On: Puback, Do: Close}, `do: "close" is not known, want one of delay, drop, reorder`},
		{"a delay of nothing", Fault{On: Puback, Do: Delay}, "delay: it is missing, want a duration for puback delay"},
		{"a cut of nothing", Fault{On: Client, Do: Cut}, "for: it is missing"},
		{"a topic of a CONNECT", Fault{On: Connect, Do: Refuse, Topic: "a"}, "topic: connect refuse has none, want client or reason"},
		{"a delay of what is dropped", Fault{On: Puback, Do: Drop, Delay: 1}, "delay: puback drop has none, want client or topic"},
		{"a reason", Fault{On: Connect, Do: Refuse, Reason: "THROTTLE"}, `reason: "THROTTLE" is not known, is THROTTLED meant?`},
		{"too long a delay", Fault{On: Puback, Do: Delay, Delay: Duration(10*time.Minute + 1)}, "want one above 0 and up to 10m0s"},
		{"a delay into the past", Fault{On: Puback, Do: Delay, Delay: -1}, "delay: -1ns, want one above 0"},
		{"too long a cut", Fault{On: Client, Do: Cut, For: Duration(2 * time.Hour)}, "for: 2h0m0s, want one above 0 and up to 1h0m0s"},
		{"less than never", Fault{On: Puback, Do: Drop, Times: new(-1)}, "times: -1, want 1 or more, or 0"},
		{"no filter", Fault{On: Puback, Do: Drop, Topic: "a/#/b"}, `topic: is "a/#/b", which has # before its last level, want`},
		{"more than certain", Fault{On: Puback, Do: Drop, Probability: new(1.5)}, "probability: 1.5, want one above 0 and up to 1"},
		{"never", Fault{On: Puback, Do: Drop, Probability: new(0.0)}, "probability: 0, want one above 0 and up to 1"},
		{"a cut by chance", Fault{On: Client, Do: Cut, For: 1, Probability: new(.5)}, "a cut has its time"},
		{"what lasts a day", Fault{On: Ping, Do: Drop, Lasts: Duration(24 * time.Hour), Times: new(0)}, ""},
		{"what lasts longer", Fault{On: Ping, Do: Drop, Lasts: Duration(24*time.Hour + 1)}, "lasts: 24h0m0.000000001s, want one above 0 and up to 24h0m0s"},
		{"what is over before", Fault{On: Ping, Do: Drop, Lasts: -1}, "lasts: -1ns, want one above 0"},
		{"a cut that lasts", Fault{On: Client, Do: Cut, For: 1, Lasts: 1}, "lasts: client cut has none"},
		{"who is connected, twice", Fault{On: Client, Do: Close, Times: new(2)}, "times: whoever is connected now is closed once"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.f.Check()
			if got := errText(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestStrike: what strikes whom, in which order, and how often.
func TestStrike(t *testing.T) {
	s := New()
	for _, f := range []Fault{
		{On: Puback, Do: Drop, Client: "pump-7", Times: new(2)},
		{On: Puback, Do: Reorder, Client: "pump-*", Topic: "a/+", Times: new(0)},
		{On: Function, Do: Fail, Function: "authorizer"},
		{On: HTTP, Do: Throttle, Path: "/topics/"},
		{On: Certificate, Do: Rename, ServerName: "iot.example.test", Source: "127.0.0.1"},
	} {
		if _, err := s.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		on   On
		at   At
		want Do
	}{
		{"the first", Puback, At{Client: "pump-7", Topic: "a/b"}, Drop},
		{"another place", Deliver, At{Client: "pump-7", Topic: "a/b"}, ""},
		{"the first again", Puback, At{Client: "pump-7", Topic: "x"}, Drop},
		{"it is over, and the next one fits", Puback, At{Client: "pump-7", Topic: "a/b"}, Reorder},
		{"that does not end", Puback, At{Client: "pump-70", Topic: "a/b"}, Reorder},
		{"another topic", Puback, At{Client: "pump-7", Topic: "a/b/c"}, ""},
		{"another client", Puback, At{Client: "pomp-7", Topic: "a/b"}, ""},
		{"another function", Function, At{Function: "authorizer2"}, ""},
		{"the function", Function, At{Function: "authorizer"}, Fail},
		{"once is over", Function, At{Function: "authorizer"}, ""},
		{"another name", Certificate, At{ServerName: "localhost", Source: "127.0.0.1"}, ""},
		{"another address", Certificate, At{ServerName: "iot.example.test", Source: "10.0.0.1"}, ""},
		{"the certificate", Certificate, At{ServerName: "IOT.example.test", Source: "127.0.0.1"}, Rename},
		{"another path", HTTP, At{Path: "/things"}, ""},
		{"the path", HTTP, At{Path: "/topics/a"}, Throttle},
	}
	for _, tt := range tests {
		var got Do
		if f := s.Strike(tt.on, tt.at); f != nil {
			got = f.Do
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if all := s.All(); len(all) != 1 || all[0].ID != 2 || all[0].Struck != 2 {
		t.Errorf("got %+v, want the second alone, which has struck twice", all)
	}
	if s.Remove(1) || !s.Remove(2) || s.Remove(2) {
		t.Error("want 2 to be removed once, and 1 to be over")
	}
	if (*Set)(nil).Strike(Puback, At{}) != nil {
		t.Error("a fault of none struck")
	}
}

// TestChance: it is drawn from the seed, and about as likely as it says.
func TestChance(t *testing.T) {
	run := func(seed uint64) (struck []int) {
		s := New()
		if _, err := s.Add(Fault{On: Publish, Do: Throttle, Times: new(0), Probability: new(.25), Seed: seed}); err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			if s.Strike(Publish, At{Topic: "a"}) != nil {
				struck = append(struck, i)
			}
		}
		return struck
	}
	first := run(7)
	if n := len(first); n < 180 || n > 320 {
		t.Errorf("struck %d times of 1000, want about 250", n)
	}
	if !slices.Equal(first, run(7)) || slices.Equal(first, run(8)) {
		t.Error("want the same for the same seed, and another for another")
	}
}

// TestCut: it lasts its time, and is over then by itself.
func TestCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		for _, d := range []time.Duration{time.Minute, 3 * time.Minute, 2 * time.Minute} {
			if _, err := s.Add(Fault{On: Client, Do: Cut, Client: "pump-7", For: Duration(d)}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(90 * time.Second)
		if f, left := s.Cut("pump-7"); f.ID != 2 || left != 90*time.Second {
			t.Errorf("got %d, %s, want the longest, which is the second, and 90 s", f.ID, left)
		}
		if _, left := s.Cut("pump-8"); left != 0 || len(s.All()) != 2 {
			t.Errorf("got %s for another client and %d faults, want none and the two that last", left, len(s.All()))
		}
		time.Sleep(90 * time.Second)
		if _, left := s.Cut("pump-7"); left != 0 || len(s.All()) != 0 {
			t.Errorf("got %s and %d faults, want them to be over", left, len(s.All()))
		}
	})
}

// TestLasts: what nobody takes back is over by itself, however often it may still strike, and is
// told as such.
func TestLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		f, err := s.Add(Fault{On: Ping, Do: Drop, Times: new(0), Lasts: Duration(time.Minute)})
		if err != nil || !strings.HasSuffix(f.TakeBack(), "; by itself it is over 1m0s after it was asked for") {
			t.Fatalf("got %q, %v, want it to say when it is over", f.TakeBack(), err)
		}
		if _, err := s.Add(Fault{On: Ping, Do: Drop}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute - time.Second)
		if f := s.Strike(Ping, At{}); f == nil || f.ID != 1 {
			t.Errorf("got fault %+v, want the first one within its minute", f)
		}
		time.Sleep(time.Second)
		if f := s.Strike(Ping, At{}); f == nil || f.ID != 2 {
			t.Errorf("got fault %+v, want the second one: the first one's minute is over", f)
		}
		if all := s.All(); len(all) != 0 {
			t.Errorf("got %+v, want none that may still strike", all)
		}
	})
}

func TestMost(t *testing.T) {
	s := New()
	for range Most {
		if _, err := s.Add(Fault{On: Publish, Do: Close}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Add(Fault{On: Publish, Do: Close}); err == nil || !strings.Contains(err.Error(), "1000 faults") {
		t.Errorf("got %v, want an error that says how many may be", err)
	}
	s.Clear()
	if _, err := s.Add(Fault{On: Publish, Do: Close}); err != nil {
		t.Error(err)
	}
}
