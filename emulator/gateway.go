package emulator

import (
	"io"
	"log/slog"
	"net/http"
	"sync"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/logs"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/transport"
)

// A gateway is what all accounts of an emulator have together: its listeners' CA and
// bounds, the log, and who may ask.
type gateway struct {
	bounds        Bounds
	hosts         []string
	ca            *pki.CA
	room          *transport.Room
	stored        *session.Room
	log           *slog.Logger
	logs          *logs.Log
	cloudWatch    io.Writer                   // nil: none
	functionsFrom functions.Sources           // who may have this machine run code
	origins       *http.CrossOriginProtection // of pages that may use what changes things

	starting sync.Mutex // guards what is below, and the listeners of all accounts
	started  bool
	over     bool // no account is made any more
	first    *Account
}

// newGateway returns what the options say of it, with its defaults.
func newGateway(o Options) (*gateway, error) {
	bounds := o.Bounds.withDefaults()
	log := logs.New(o.Log, bounds.LogPerSecond)
	defer log.Flush()
	g := &gateway{bounds: bounds, hosts: o.Hosts, logs: log, log: log.Logger(),
		room: transport.NewRoom(bounds.transport()), stored: session.NewRoom(bounds.sessions())}
	if o.CloudWatch != nil {
		g.cloudWatch = &oneByOne{to: o.CloudWatch}
	}
	var err error
	if g.origins, err = newOrigins(o.AllowOrigins); err != nil {
		return nil, err
	}
	if g.functionsFrom, err = functions.NewSources(o.FunctionsFrom); err != nil {
		return nil, err
	}
	if g.ca, err = pki.Open(o.CADir); err != nil {
		return nil, err
	}
	for _, w := range g.ca.Warnings() {
		g.log.Warn(w)
	}
	return g, nil
}

// oneByOne is a writer that several accounts write to.
type oneByOne struct {
	mu sync.Mutex
	to io.Writer
}

func (w *oneByOne) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}
