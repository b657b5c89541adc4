package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/suback/suback/emulator/durable"
	"github.com/suback/suback/emulator/registry"
)

// What the API changes
//
//   - suback.yaml is what there is at first; the API changes the registry
//   - a change of suback.yaml is merged into it: what the file changed is as the
//     file says, all else stays as the API left it
//   - with a state directory the registry, and what suback.yaml said, are in
//     registry.json there: written after each change before it is answered, so
//     that kill -9 loses nothing, and merged in the same way at the next start
//   - what could not be written, as on a full disk, is answered with an error; it
//     is written with the next change, after a pause, or at the stop
//   - sessions.db has the lock that keeps two emulators from one directory

// A keeper has the registry that lives as long as the emulator. Methods are
// safe for concurrent use.
type keeper struct {
	registry *registry.Registry
	file     string // "" keeps it in memory
	log      *slog.Logger

	mu      sync.Mutex     // goes before the registry's own
	base    registry.State // what suback.yaml says
	written []byte         // what the file has
	retry   *time.Timer
	pause   time.Duration // until the next attempt; 0: everything is written
	closed  bool
}

// openKeeper merges what suback.yaml says into what the state directory has, if
// there is one. The error names the file.
func (o Options) openKeeper(initial *registry.Registry, changed func()) (*keeper, error) {
	k := &keeper{log: o.Log, base: initial.State()}
	live := k.base
	if o.StateDir != "" {
		k.file = filepath.Join(o.StateDir, "registry.json")
		stored, text, err := readState(k.file, initial)
		if err != nil {
			return nil, err
		}
		if stored != nil {
			live, k.written = registry.Merge(stored.Base, k.base, stored.Live), text
		}
	}
	var err error
	k.registry, err = registry.Load(registry.Options{
		Region: initial.Region(), Account: initial.Account(), Save: k.save, Changed: changed}, live)
	if err != nil {
		return nil, fmt.Errorf("%s, together with the configuration: %w; change the configuration, or move the file away to start with the configuration alone", k.file, err)
	}
	return k, k.begin()
}

// begin writes what has come of the merge, or makes the file. On a full disk a file
// that is there will do until there is space.
func (k *keeper) begin() error {
	err := k.save()
	if err == nil || k.written != nil && !errors.Is(err, fs.ErrPermission) {
		return nil
	}
	k.stop()
	return err
}

// save writes what has changed. It is called after each change.
func (k *keeper) save() error {
	if k.file == "" {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.write()
	if err != nil {
		k.log.Error("what has changed could not be written", "error", err)
	}
	return err
}

// write writes the file if it does not say all that there is.
func (k *keeper) write() error {
	if k.file == "" {
		return nil
	}
	text, err := k.state().encode()
	if err == nil && bytes.Equal(text, k.written) {
		k.pause = 0 // somebody else's call has written it
		return nil
	}
	if err == nil {
		err = durable.Replace(k.file, 0o600, text)
	}
	if err != nil {
		k.tryLater()
		return err
	}
	if k.pause > 0 {
		k.log.Info("what could not be written before is written now", "file", k.file)
	}
	k.written, k.pause = text, 0
	return nil
}

func (k *keeper) state() stateFile {
	return stateFile{stateFormat, k.registry.Region(), k.registry.Account(), k.base, k.registry.State()}
}

// How long what could not be written waits for the next attempt, if no change
// comes first.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 30 * time.Second
)

// tryLater has write called again after a pause, longer each time.
func (k *keeper) tryLater() {
	if k.closed {
		return
	}
	if k.retry != nil {
		k.retry.Stop()
	}
	k.pause = max(firstPause, min(2*k.pause, lastPause))
	k.retry = time.AfterFunc(k.pause, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if !k.closed && k.pause > 0 {
			_ = k.write() // who waited for it has been told
		}
	})
}

// kept says whether the file has all that has changed.
func (k *keeper) kept() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pause == 0
}

// stop ends further attempts.
func (k *keeper) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	if k.retry != nil {
		k.retry.Stop()
	}
}

// close writes what could not be written before. Later changes are not kept.
func (k *keeper) close() error {
	k.stop()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pause == 0 {
		return nil
	}
	return k.write()
}

// rebase merges what suback.yaml says now. After an error nothing has changed.
func (k *keeper) rebase(file registry.State) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.registry.Replace(func(live registry.State) registry.State { return registry.Merge(k.base, file, live) }); err != nil {
		return err
	}
	k.base = file
	if err := k.write(); err != nil {
		k.log.Error("what the configuration changed could not be written", "error", err)
	}
	return nil
}

// reset forgets all but what suback.yaml says.
func (k *keeper) reset() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.registry.Replace(func(registry.State) registry.State { return k.base }); err != nil {
		return err
	}
	return k.write()
}
