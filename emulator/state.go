package emulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

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
//   - sessions.db has the lock that keeps two emulators from one directory

// stateFormat is changed by whoever changes the form of the file, so that an
// older one is refused and not misread.
const stateFormat = "suback registry 1"

// A stateFile is the content of registry.json.
type stateFile struct {
	Format  string         `json:"format"`
	Region  string         `json:"region"`
	Account string         `json:"account"`
	Base    registry.State `json:"base"` // what suback.yaml said
	Live    registry.State `json:"live"`
}

// A keeper has the registry that lives as long as the emulator. Methods are
// safe for concurrent use.
type keeper struct {
	registry *registry.Registry
	file     string // "" keeps it in memory
	log      *slog.Logger

	mu      sync.Mutex     // goes before the registry's own
	base    registry.State // what suback.yaml says
	written []byte         // what the file has
}

// openKeeper merges what suback.yaml says into what the state directory has, if
// there is one. The error names the file.
func (o Options) openKeeper(initial *registry.Registry) (*keeper, error) {
	k := &keeper{log: o.Log, base: initial.State()}
	live := k.base
	if o.StateDir != "" {
		k.file = filepath.Join(o.StateDir, "registry.json")
		stored, err := readState(k.file, initial)
		if err != nil {
			return nil, err
		}
		if stored != nil {
			live = registry.Merge(stored.Base, k.base, stored.Live)
		}
	}
	var err error
	k.registry, err = registry.Load(registry.Options{
		Region: initial.Region(), Account: initial.Account(), Save: k.save, Changed: o.changed}, live)
	if err != nil {
		return nil, fmt.Errorf("%s, together with the configuration: %w; change the configuration, or move the file away to start with the configuration alone", k.file, err)
	}
	return k, k.save()
}

// readState returns nil if there is no file.
func readState(file string, initial *registry.Registry) (*stateFile, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err // it names the file
	}
	s := new(stateFile)
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("%s: the file is broken (%w); move it away to start with what the configuration says", file, err)
	}
	if s.Format != stateFormat {
		return nil, fmt.Errorf("%s: not of this version's format; move it away to start with what the configuration says", file)
	}
	if s.Region != initial.Region() || s.Account != initial.Account() {
		return nil, fmt.Errorf("%s: it is of account %s in %s, want %s in %s as configured, or another folder for this account",
			file, s.Account, s.Region, initial.Account(), initial.Region())
	}
	return s, nil
}

// save writes what has changed. It is called after each change.
func (k *keeper) save() error {
	if k.file == "" {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.write()
}

func (k *keeper) write() error {
	if k.file == "" {
		return nil
	}
	text, err := json.Marshal(stateFile{stateFormat, k.registry.Region(), k.registry.Account(), k.base, k.registry.State()})
	if err == nil && bytes.Equal(text, k.written) {
		return nil // somebody else's call has written it
	}
	if err = cmp.Or(err, writeWhole(k.file, text)); err != nil {
		k.log.Error("what has changed could not be written", "error", err)
		return err
	}
	k.written = text
	return nil
}

// writeWhole replaces a file, of which a crash leaves the old or the new
// content. Nobody else writes to the folder.
func writeWhole(file string, text []byte) error {
	next, err := os.OpenFile(file+".next", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = next.Write(text)
	err = errors.Join(cmp.Or(err, next.Sync()), next.Close())
	if err = cmp.Or(err, os.Rename(next.Name(), file)); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

// syncFolder makes a rename last.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// rebase merges what suback.yaml says now. After an error nothing has changed.
func (k *keeper) rebase(file registry.State) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.registry.Replace(func(live registry.State) registry.State { return registry.Merge(k.base, file, live) }); err != nil {
		return err
	}
	k.base = file
	_ = k.write() // logged, and tried again with the next change
	return nil
}

// reset forgets all but what suback.yaml says.
func (k *keeper) reset() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return cmp.Or(k.registry.Replace(func(registry.State) registry.State { return k.base }), k.write())
}
