package session

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"github.com/suback/suback/emulator/durable"
)

// The file
//
//   - it is made whole, or not at all: one without content has lost it
//   - one process has it, by bbolt's lock; nobody puts another file in its place
//   - what is damaged is refused, and left as it is [S-13]: the pages are looked at
//     before anything is read, see pages.go, and the records have a sum
//   - an undamaged file is opened without a write, so that a full disk is no obstacle

// lockPatience is how long to wait for another process to let go of the file.
const lockPatience = time.Second

// errFormat is a file of another program or version.
var errFormat = errors.New("not of this version's format; move it away to start without sessions and retained messages")

// errEmpty is a file that has lost its content: a new one is never empty.
var errEmpty = errors.New("the file is broken (it is empty); move it away to start without sessions and retained messages")

// openFile reads a file into a. bbolt checks little: it panics for many a broken
// file, and reads beyond the end of one that was cut off.
func openFile(o Options, a *Sessions) (db *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			db, err = nil, fmt.Errorf("%v", p) // not closed: the panic may have left it locked
		}
	}()
	// NoFreelistSync would save little, and opening a broken file would panic in
	// a goroutine of bbolt's, where nobody can recover.
	options := &bbolt.Options{Timeout: lockPatience, FreelistType: bbolt.FreelistMapType}
	var file *os.File
	options.OpenFile = func(name string, flag int, mode fs.FileMode) (_ *os.File, err error) {
		if file != nil { // for a copy
			return os.OpenFile(name, flag, mode)
		}
		file, err = openExisting(name, flag, mode)
		return file, err
	}
	db, err = bbolt.Open(o.File, 0o600, options)
	if err != nil {
		return nil, err
	}
	if err = a.read(db, file); err != nil {
		_ = db.Close()
		return nil, err
	}
	if headIsDamaged(file, db.Info().PageSize) {
		a.store.log.Warn("the head of one transaction is damaged, as by a loss of power: what that brought is not there",
			"file", o.File)
	}
	a.resume()
	return db, nil
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

// read reads everything. It writes only what an older format lacks, so that a full
// disk is no obstacle.
func (a *Sessions) read(db *bbolt.DB, file *os.File) error {
	current := false
	err := db.View(func(tx *bbolt.Tx) error {
		if err := checkPages(tx, file); err != nil {
			return err
		}
		var err error
		current, err = isCurrent(tx)
		if err == nil && current {
			err = a.load(tx)
		}
		return err
	})
	if err != nil || current {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		if err := prepare(tx); err != nil {
			return err
		}
		return a.load(tx)
	})
}

// isCurrent is false for a file without content, or without a sum.
func isCurrent(tx *bbolt.Tx) (bool, error) {
	if first, _ := tx.Cursor().First(); first == nil {
		return false, nil
	}
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return false, errFormat
	}
	switch string(meta.Get(keyFormat)) {
	case format, formatWithoutIDs:
		return true, nil
	case formatWithoutSum:
		return false, nil
	}
	return false, errFormat
}

// prepare makes what a new file lacks, or one without a sum.
func prepare(tx *bbolt.Tx) error {
	sum := uint64(0)
	for _, name := range buckets {
		b, err := tx.CreateBucketIfNotExists(name)
		if err == nil && !bytes.Equal(name, bucketMeta) {
			err = b.ForEach(func(key, value []byte) error {
				sum += digest(name, key, value)
				return nil
			})
		}
		if err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	return errors.Join(meta.Put(keySum, number(sum)), meta.Put(keyFormat, []byte(format)))
}

// create makes a file without sessions if there is none: it is there whole, or not
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

// emptyFile returns what bbolt writes for a file without sessions.
func emptyFile(folder string) (text []byte, err error) {
	beside, err := os.MkdirTemp(folder, ".new-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(beside)
	file := filepath.Join(beside, "sessions.db")
	db, err := bbolt.Open(file, 0o600, nil)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(db.Update(prepare), db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}
