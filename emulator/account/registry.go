package account

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/store"
)

// What the API changes
//
//   - suback.yaml is what there is at first; the API changes the registry
//   - a change of suback.yaml is merged into it: what the file changed is as the
//     file says, all else stays as the API left it
//   - with a state directory the registry, and what suback.yaml said, are in the
//     store: each change is written there before it is answered, so that kill -9
//     loses nothing, and all is merged in the same way at the next start
//   - a change costs what it changes, however much there is beside
//   - what could not be written, as on a full disk, is answered with an error; it
//     is written with the next change, after a pause, or at the stop

// A keeper has the registry that lives as long as the emulator. Methods are
// safe for concurrent use.
type keeper struct {
	registry *registry.Registry
	part     *store.Part // nil keeps it in memory
	log      *slog.Logger

	mu   sync.Mutex     // goes before the registry's own
	base registry.State // what suback.yaml says
}

// openKeeper merges what suback.yaml says into what the store has, if there is one. The
// error names the file.
func (a *Account) openKeeper(initial *registry.Registry) (*keeper, error) {
	k := &keeper{part: a.store.Part(""), log: a.log, base: initial.State()}
	stored, err := k.read(a.options.StateDir, initial)
	if err != nil {
		return nil, err
	}
	live := k.base
	if stored != nil {
		live = registry.Merge(stored.Base, k.base, stored.Live)
	}
	k.registry, err = registry.Load(registry.Options{
		Region: initial.Region(), Account: initial.Account(),
		Note: k.note, Save: k.save, Changed: a.changed,
		Announce: func(e registry.Event) { a.hook.Announce(e.Topic, e.Payload) },
	}, live)
	if err != nil {
		return nil, fmt.Errorf("%s, together with the configuration: %w; change the configuration, "+
			"or move the file away to start with the configuration alone", stored.name(), err)
	}
	return k, k.begin(stored, initial)
}

// changed is called after each change of the registry that matters to those who are
// connected, or to rules.
func (a *Account) changed() {
	if a.rules != nil { // else they are about to be made
		a.rules.Reload()
	}
	a.hook.Review()
}

// begin writes what has come of the merge. On a full disk what is there will do until
// there is space.
func (k *keeper) begin(stored *stateFile, initial *registry.Registry) error {
	if k.part == nil {
		return nil
	}
	k.part.Note(stored.changes(k.registry.State(), k.base, initial)...)
	switch err := k.part.Wait(); {
	case err == nil:
		return stored.taken(k.log, k.part.Store().File())
	case stored == nil || errors.Is(err, fs.ErrPermission):
		return err
	}
	return nil
}

// note hears of each change of the registry.
func (k *keeper) note(changes []registry.Change) { k.part.Note(liveChanges(changes)...) }

// save waits until what has changed is kept. It is called after each change.
func (k *keeper) save() error { return k.part.Wait() }

// kept says whether the file has all that has changed; nil has changed nothing.
func (k *keeper) kept() bool { return k == nil || k.part == nil || k.part.Store().Kept() }

// close writes what could not be written before; the store says so if that fails.
func (k *keeper) close() error {
	_ = k.part.Wait()
	return nil
}

// rebase merges what suback.yaml says now. After an error nothing has changed. The
// registry is noted before what the file said: merged again, it comes to the same.
func (k *keeper) rebase(file registry.State) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	merge := func(live registry.State) registry.State { return registry.Merge(k.base, file, live) }
	if err := k.registry.Replace(merge); err != nil {
		return err
	}
	k.part.Note(baseChanges(registry.Differences(k.base, file))...)
	k.base = file
	if err := k.part.Wait(); err != nil {
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
	return k.part.Wait()
}
