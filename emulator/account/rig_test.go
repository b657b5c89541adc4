package account

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/logs"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/transport"
)

// A rig is an account as an emulator has it: with what all share, and a listener once it is
// served.
type rig struct {
	*Account
	http    *transport.Listener
	serving sync.WaitGroup
	closing sync.Once
}

// settings are what tests say of one.
type settings struct {
	Config     *config.Config
	StateDir   string
	Log        *slog.Logger
	Authorizer config.Func
}

// start makes one.
func start(o settings) (*rig, error) {
	ca, err := pki.Open("")
	if err != nil {
		return nil, err
	}
	log := logs.New(o.Log, 20)
	defer log.Flush()
	shared := &Shared{CA: ca, Log: log.Logger(), Logs: log, Origins: http.NewCrossOriginProtection(),
		Room:         transport.NewRoom(transport.Bounds{Connections: 1000, HalfOpen: 100, BufferedBytes: 1 << 20}, nil),
		Stored:       session.NewRoom(session.Bounds{Absent: 1000, Bytes: 1 << 20}),
		FunctionsOff: func() bool { return false },
		Followers:    10, BodyBytes: control.MaxLambdaBody, RequestTime: 30 * time.Second}
	if o.Config == nil {
		o.Config = &config.Config{}
	}
	a, err := Open(Options{Shared: shared, Config: o.Config, StateDir: o.StateDir, Go: config.InGo{Authorizer: o.Authorizer}})
	if err != nil {
		return nil, err
	}
	return &rig{Account: a}, nil
}

// opened is one that takes no connections.
func opened(t *testing.T, o settings) *rig {
	t.Helper()
	r, err := start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// served is one that takes requests, see Addr.
func served(t *testing.T, o settings) *rig {
	t.Helper()
	r := opened(t, o)
	var err error
	if r.http, err = transport.New(transport.Options{Name: "http", Address: "127.0.0.1:0", CA: r.CA, Room: r.Room, Log: r.log,
		Admit: func(http.ResponseWriter, *http.Request) bool { return true },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if r.ReadBody(w, req) {
				r.Hold(w, req, r.Route)
			}
		}),
		Broker: func(*transport.Facts) transport.Broker { return r.Broker() },
	}); err != nil {
		t.Fatal(err)
	}
	if err := r.http.Init(r.log); err != nil {
		t.Fatal(err)
	}
	r.serving.Go(func() { r.http.Serve(nil) })
	return r
}

func (r *rig) Addr() string { return r.http.Address() }

// Close may be called more than once.
func (r *rig) Close() (err error) {
	r.closing.Do(func() {
		r.Stop()
		err = CloseInTurn(r.Closings(func(disconnect func()) {
			if r.http != nil {
				r.http.Close(func(string) { disconnect() })
				r.serving.Wait()
			}
		}))
		r.Logs.Close()
	})
	return err
}

// nobody is an authorizer that lets nobody in.
func nobody(context.Context, []byte) ([]byte, error) {
	return []byte(`{"isAuthenticated": false}`), nil
}

// exported is what there is, as a suback.yaml without secrets.
func exported(t *testing.T, r *rig) string {
	t.Helper()
	c, leftOut := done(r.Present())(t).Export(false)
	text := new(bytes.Buffer)
	if err := c.Write(text, leftOut); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

const allowAll = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}`

// parsed reads a suback.yaml that is in no file.
func parsed(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("suback.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// lines is a log that can be waited for.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) wait(t *testing.T, want string) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		l.mu.Lock()
		text := l.text.String()
		l.mu.Unlock()
		if strings.Contains(text, want) {
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("got log %q, want it to hold %q", text, want)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	next := file + ".next" // replaced at once, so that nobody reads half of it
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
}

// done wants no error.
func done[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func second[T any](_ T, err error) error { return err }

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
