package account

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/suback/suback/emulator/durable"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/store"
)

// The files of a state directory.

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
