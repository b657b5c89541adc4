package store

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"go.etcd.io/bbolt"
)

// A Reader reads what the file has. Keys and values are good until the function that
// it was given to returns.
type Reader struct {
	tx     *bbolt.Tx
	prefix string
}

// Each calls f for each record of a bucket, in the order of the keys, until it
// fails. That a bucket is not there means that it has none.
func (r Reader) Each(bucket string, f func(key, value []byte) error) error {
	b := r.tx.Bucket([]byte(r.prefix + bucket))
	if b == nil {
		return nil
	}
	if err := b.ForEach(f); err != nil {
		return fmt.Errorf("%s: %w", r.prefix+bucket, err)
	}
	return nil
}

// Buckets returns the names of the buckets that begin with a prefix, sorted.
func (r Reader) Buckets(prefix string) (names []string) {
	c := r.tx.Cursor()
	prefix = r.prefix + prefix
	name, _ := c.Seek([]byte(prefix))
	for ; name != nil && strings.HasPrefix(string(name), prefix); name, _ = c.Next() {
		names = append(names, strings.TrimPrefix(string(name), r.prefix))
	}
	return names
}

// Get returns a value, nil if there is none.
func (r Reader) Get(bucket, key string) []byte {
	b := r.tx.Bucket([]byte(r.prefix + bucket))
	if b == nil {
		return nil
	}
	return b.Get([]byte(key))
}

// Read gives read what the file has of a part: that is what was noted before, if
// Wait has returned since. What read cannot make out is damaged: the error names
// the file and says what to do.
func (p *Part) Read(read func(Reader) error) (err error) {
	if p == nil {
		return nil
	}
	s := p.store
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = s.isBroken(fmt.Errorf("%v", r))
		}
	}()
	err = s.db.View(func(tx *bbolt.Tx) error { return read(Reader{tx, p.prefix}) })
	if err != nil {
		return s.isBroken(err)
	}
	return nil
}

// Copy writes what the file has at this moment, which is what a crash would leave, to
// another file.
func (s *Store) Copy(file string) error {
	return s.db.View(func(tx *bbolt.Tx) error { return tx.CopyFile(file, 0o600) })
}

// away is what can be done about a file that is damaged.
const away = "move it away to start without sessions, retained messages, shadows and what the API changed"

var (
	// errFormat is a file of another program or version.
	errFormat = errors.New("not of this version's format; " + away)

	errInUse = errors.New("in use by another process; end that, or keep the state in another folder")

	// errEmpty is a file that has lost its content: a new one is never empty.
	errEmpty = errors.New("the file is broken (it is empty); " + away)
)

func (s *Store) isBroken(err error) error {
	return fmt.Errorf("%s: the file is broken (%w); %s", s.file, err, away)
}
