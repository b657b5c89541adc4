package account

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/durable"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/logs"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/transport"
)

// Shared is what all accounts of an emulator have together: its CA and bounds, the log, and
// who may ask.
type Shared struct {
	CA              *pki.CA
	Room            *transport.Room // of connections
	Stored          *session.Room   // of messages that wait
	Log             *slog.Logger
	Logs            *logs.Log // that Log belongs to
	CloudWatch      io.Writer // nil: none
	CloudWatchLevel slog.Level

	FunctionsFrom functions.Sources           // who may have this machine run code
	FunctionsOff  func() bool                 // whether nobody may, whatever an account's configuration says
	Origins       *http.CrossOriginProtection // of pages that may use what changes things

	Followers   int           // of a trace, at most
	BodyBytes   int           // of a request's body, at most
	RequestTime time.Duration // that a request's body may take
}

// Options are an account's own.
type Options struct {
	Shared *Shared
	Name   string // "" for that of the file itself
	Config *config.Config
	Go     config.InGo // what no configuration says

	// StateDir is the folder of what outlives a restart, made if it is missing; empty keeps
	// all in memory.
	StateDir string
	OnDisk   bool // it is on the disk before it is acknowledged, see [store.Options]

	ReplayPerSecond int // to a client that comes back; 0 is 10, below 0 there is no limit

	// CopyOf is the id of the account whose configuration this is too: what names that id
	// in it is of this account's. Empty for an account of the configuration.
	CopyOf string
}

// keepPrivate takes the files of the state directory from everybody but its owner:
// they have secrets.
func (a *Account) keepPrivate() error {
	if a.options.StateDir == "" {
		return nil
	}
	for _, name := range []string{"registry.json", StoreFile, "endorse-key.pem"} {
		file := filepath.Join(a.options.StateDir, name)
		mended, err := durable.KeepPrivate(file)
		if err != nil {
			return err
		}
		if mended {
			a.log.Warn("others could read this file, which has secrets; now they cannot, but may have",
				"file", file)
		}
	}
	return nil
}

// openStore opens the file of the state directory; without one it returns nil.
func (a *Account) openStore() (*store.Store, error) {
	if a.options.StateDir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(a.options.StateDir, 0o755); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	return store.Open(store.Options{File: filepath.Join(a.options.StateDir, StoreFile), Log: a.log,
		Disk: a.options.OnDisk})
}

// openSessions opens what the store has of sessions.
func (a *Account) openSessions() (*session.Sessions, error) {
	return session.Open(session.Options{Kept: a.store.Part(""), Room: a.Stored,
		ReplayPerSecond: max(cmp.Or(a.options.ReplayPerSecond, 10), 0)})
}
