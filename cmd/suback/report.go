package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A report is the file of --junit. It is opened before anything runs, so that who waits for a suite hears at
// once that it cannot be written, and has what it had until the results are there, also if it comes to none.
type report struct {
	file  *os.File
	isNew bool
}

// openReport opens a report's file; nil if there is none.
func openReport(name string) (*report, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	isNew := err == nil
	if errors.Is(err, fs.ErrExist) {
		file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
	}
	if err != nil {
		return nil, usagef("--junit: %w", err)
	}
	return &report{file, isNew}, nil
}

// fill has what make writes in place of what was there. There may be no report.
func (r *report) fill(make func(io.Writer) error) error {
	if r == nil {
		return nil
	}
	var text bytes.Buffer
	info, err := r.file.Stat()
	if err == nil {
		err = make(&text)
	}
	if err == nil && info.Mode().IsRegular() {
		err = r.file.Truncate(0)
	}
	if err == nil {
		_, err = r.file.Write(text.Bytes())
		err = errors.Join(err, r.file.Close())
	}
	if err != nil {
		return fmt.Errorf("--junit: %w", err)
	}
	r.isNew = false
	return nil
}

// close leaves no new file without results. There may be no report.
func (r *report) close() {
	if r == nil {
		return
	}
	_ = r.file.Close() // fill has told if it could not
	if r.isNew {
		_ = os.Remove(r.file.Name())
	}
}
