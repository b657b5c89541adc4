package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/suback/suback/emulator/durable"
)

// The file
//
//   - it is made whole, or not at all: one without content has lost it
//   - one process has it, by bbolt's lock; nobody puts another file in its place
//   - what is damaged is refused, and left as it is [H-13]: the pages are looked at
//     before anything is read, see pages.go, and the records have a sum
//   - an undamaged file is opened without a write, so that a full disk is no obstacle

const headDamaged = "the head of one transaction is damaged, as by a loss of power: what that brought is " +
	"not there"

// lockPatience is how long to wait for another process to let go of the file.
const lockPatience = time.Second

// Options say which file. Log may be nil.
type Options struct {
	// File is made if it is missing; its folder must exist.
	File string

	// Disk has a change on the disk before anybody who waits for it goes on, so that it
	// outlives the machine's end too. Without it, the default, it is with the operating
	// system then, and outlives the process; it is on the disk a second after the last
	// change, and after Close.
	Disk bool

	// Log hears of what could not be written, and that it is written later.
	Log *slog.Logger
}

// Open returns the store of a file. The error names the file and says what to do.
func Open(o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := create(o.File); err != nil {
		return nil, durable.Failed(o.File, err)
	}
	s := &Store{file: o.File, log: o.Log, lazy: !o.Disk, pending: newChanges(),
		urgent: make(chan struct{}, 1), dirty: make(chan struct{}, 1), done: make(chan struct{})}
	err := s.open()
	var path *fs.PathError
	switch {
	case err == nil:
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%s: %w", o.File, errInUse)
	case errors.As(err, &path):
		return nil, err // it names the file
	case errors.Is(err, errFormat), errors.Is(err, errEmpty):
		return nil, fmt.Errorf("%s: %w", o.File, err)
	default:
		return nil, s.isBroken(err)
	}
	s.disk = toDisk{file: s.file, log: s.log, sync: s.db.Sync}
	go s.run()
	return s, nil
}

// open looks at all of the file. bbolt checks little: it panics for many a broken
// file, and reads beyond the end of one that was cut off.
func (s *Store) open() (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p) // not closed: the panic may have left it locked
		}
	}()
	// NoFreelistSync would save little, and opening a broken file would panic in
	// a goroutine of bbolt's, where nobody can recover.
	options := &bbolt.Options{Timeout: lockPatience, FreelistType: bbolt.FreelistMapType}
	var file *os.File
	options.OpenFile = func(name string, flag int, mode fs.FileMode) (*os.File, error) {
		if file != nil { // for a copy
			return os.OpenFile(name, flag, mode)
		}
		var err error
		file, err = openExisting(name, flag, mode)
		return file, err
	}
	if s.db, err = bbolt.Open(s.file, 0o600, options); err != nil {
		return err
	}
	if err = s.check(file); err == nil {
		s.opened, err = file.Stat()
	}
	if err != nil {
		_ = s.db.Close()
		return err
	}
	s.db.NoSync, s.db.NoGrowSync = s.lazy, s.lazy // from here on: what an older file needed is on the disk
	if headIsDamaged(file, s.db.Info().PageSize) {
		s.log.Warn(headDamaged, "file", s.file)
	}
	return nil
}

// openExisting is how bbolt may open the file: it would take one without content
// for new.
func openExisting(name string, flag int, mode fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Size() == 0 {
		return nil, errors.Join(err, errEmpty, f.Close())
	}
	return f, nil
}

// check looks at everything. It writes only what an older format lacks, so that a
// full disk is no obstacle.
func (s *Store) check(file *os.File) error {
	current := false
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		d, err := checkPages(tx, file)
		if err != nil {
			return err
		}
		switch form, err := formOf(tx, d); {
		case err != nil:
			return err
		case form == formatOfSessions:
			if err := d.err(); err != nil {
				return err
			}
			return checkOlder(tx)
		case form != format:
			return d.err()
		}
		current = true
		if err := d.checkSums(tx); err != nil {
			return err
		}
		return d.err()
	})
	if err != nil || current {
		return err
	}
	return s.db.Update(takeOver)
}

// formOf is "" for a file without content.
func formOf(tx *bbolt.Tx, d *damage) (string, error) {
	if d.of[string(bucketMeta)] != nil {
		return "", d
	}
	if first, _ := tx.Cursor().First(); first == nil {
		return "", nil
	}
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return "", errFormat
	}
	switch form := string(meta.Get(keyFormat)); form {
	case format, formatOfSessions, formatWithoutSum:
		return form, nil
	}
	return "", errFormat
}

// create makes a file without records if there is none: it is there whole, or not
// at all. The folder must exist.
func create(file string) error {
	folder := filepath.Dir(file)
	return durable.Alone(folder, func() error {
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		text, err := emptyFile(folder)
		if err == nil {
			err = durable.Create(file, 0o600, text)
		}
		return err
	})
}

// emptyFile returns what bbolt writes for a file without records.
func emptyFile(folder string) (text []byte, err error) {
	beside, err := os.MkdirTemp(folder, ".new-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(beside)
	file := filepath.Join(beside, "new.db")
	db, err := bbolt.Open(file, 0o600, nil)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(db.Update(takeOver), db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}
