package account

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/store"
)

// What the store has of an account
//
//	account          "region", "account", and "taken" → of registry.json
//	registry/<kind>  key → value as in a registry.State
//	base             kind, key → what suback.yaml said, likewise
//
// What sessions and shadows have there is said by their packages.

// StoreFile, in a state directory, has the lock that keeps two emulators from one. It has
// the name that it had when there were only sessions in it, so that an older program waits
// for the same lock, and refuses what it does not know.
const StoreFile = "sessions.db"

const (
	bucketAccount = "account"
	bucketBase    = "base"
	bucketsOfLive = "registry/"
)

// A stateFile is what was kept of an account. Nil is nothing.
type stateFile struct {
	Format  string         `json:"format"`
	Region  string         `json:"region"`
	Account string         `json:"account"`
	Base    registry.State `json:"base"` // what suback.yaml said
	Live    registry.State `json:"live"`

	file string // where it was
	sum  string // of registry.json, if it was there
}

// name is where it was, for an error.
func (s *stateFile) name() string {
	if s == nil {
		return "nothing kept"
	}
	return s.file
}

// read returns what was kept of the account, nil if there is nothing.
func (k *keeper) read(dir string, initial *registry.Registry) (*stateFile, error) {
	if k.part == nil {
		return nil, nil
	}
	s, taken := &stateFile{Base: registry.State{}, Live: registry.State{}, file: k.part.Store().File()}, ""
	err := k.part.Read(func(r store.Reader) error {
		s.Region, s.Account = string(r.Get(bucketAccount, "region")), string(r.Get(bucketAccount, "account"))
		taken = string(r.Get(bucketAccount, "taken"))
		return s.readStates(r)
	})
	if err != nil {
		return nil, err
	}
	older := filepath.Join(dir, olderFile)
	switch {
	case s.Region == "":
		s, err = readOlder(older)
	default:
		err = forgetOlder(older, taken, s.file)
	}
	if s == nil || err != nil {
		return nil, err
	}
	return s, s.check(initial)
}

// readStates reads the two states.
func (s *stateFile) readStates(r store.Reader) error {
	for _, bucket := range r.Buckets(bucketsOfLive) {
		kind := strings.TrimPrefix(bucket, bucketsOfLive)
		ofKind := func(key string) (string, string) { return kind, key }
		if err := r.Each(bucket, into(s.Live, ofKind)); err != nil {
			return err
		}
	}
	return r.Each(bucketBase, into(s.Base, func(key string) (string, string) {
		kind, key, _ := strings.Cut(key, " ")
		return kind, key
	}))
}

// into puts records into a state.
func into(s registry.State, place func(key string) (kind, inner string)) func(key, value []byte) error {
	return func(key, value []byte) error {
		kind, inner := place(string(key))
		if s[kind] == nil {
			s[kind] = map[string]json.RawMessage{}
		}
		s[kind][inner] = append(json.RawMessage(nil), value...)
		return nil
	}
}

// check wants it to be of the configured account, and of this version.
func (s *stateFile) check(initial *registry.Registry) error {
	if s.Region != initial.Region() || s.Account != initial.Account() {
		return fmt.Errorf(
			"%s: it is of account %s in %s, want %s in %s as configured, or another folder for this account",
			s.file, s.Account, s.Region, initial.Account(), initial.Region())
	}
	if unknown := initial.Unknown(s.Live); len(unknown) > 0 {
		return fmt.Errorf("%s: it has %s, which this version does not know; start the version that wrote it, "+
			"or use another folder", s.file, strings.Join(unknown, ", "))
	}
	return nil
}

// changes are what the store lacks of the present states; of another file than its own
// it has nothing.
func (s *stateFile) changes(live, base registry.State, initial *registry.Registry) []store.Change {
	text := func(key, value string) store.Change {
		return store.Change{Bucket: bucketAccount, Key: key, Value: store.Bytes([]byte(value))}
	}
	all := []store.Change{text("region", initial.Region()), text("account", initial.Account())}
	var oldLive, oldBase registry.State
	switch {
	case s == nil:
	case s.sum != "":
		all = append(all, text("taken", s.sum))
	default:
		oldLive, oldBase = s.Live, s.Base
	}
	all = append(all, liveChanges(registry.Differences(oldLive, live))...)
	return append(all, baseChanges(registry.Differences(oldBase, base))...)
}

func liveChanges(changes []registry.Change) []store.Change {
	return storeChanges(changes, func(c registry.Change) store.Change {
		return store.Change{Bucket: bucketsOfLive + c.Kind, Key: c.Key}
	})
}

func baseChanges(changes []registry.Change) []store.Change {
	return storeChanges(changes, func(c registry.Change) store.Change {
		return store.Change{Bucket: bucketBase, Key: c.Kind + " " + c.Key}
	})
}

// storeChanges are changes of the registry as the store has them.
func storeChanges(changes []registry.Change, place func(registry.Change) store.Change) []store.Change {
	all := make([]store.Change, len(changes))
	for i, c := range changes {
		all[i] = place(c)
		if value := c.Value; value != nil {
			all[i].Value = func() []byte { return value() }
		}
	}
	return all
}

// taken removes registry.json when the store has what it said.
func (s *stateFile) taken(log *slog.Logger, into string) error {
	if s == nil || s.sum == "" {
		return nil
	}
	if err := os.Remove(s.file); err != nil {
		return err // it names the file
	}
	log.Info("the file of an older version is taken over", "file", s.file, "into", into)
	return nil
}
