package functions

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// The disk that the code of functions takes

// MaxCode is how many bytes of the disk the code of all functions that the API made
// may take. AWS has 75 GB.
const MaxCode = 512 << 20

// unpack makes the folder of a function's code, if there is room for it. That of the
// code before, which goes, is not counted.
func (m *Made) unpack(f registry.Function, archive []byte) (running, error) {
	refused := &registry.Error{Code: "CodeStorageExceededException", Kind: "function", Name: f.FunctionName}
	next := running{size: lambda.UnzippedSize(archive)}
	if used := m.used(f.FunctionArn); next.size > m.Most-used {
		refused.Problem = fmt.Sprintf("takes %d bytes unpacked, want at most %d beside the %d of the others",
			next.size, m.Most-used, used)
		return next, refused
	}
	var err error
	if next.folder, err = m.code.unpack(f.FunctionName, archive); isOfDisk(err) {
		refused.Code, refused.Problem = registry.InternalFailure, "could not be unpacked: "+err.Error()
		return next, refused
	}
	return next, err
}

// used is how much of the disk the code of all other functions takes.
func (m *Made) used(arn string) (sum int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for other, f := range m.byARN {
		if other != arn {
			sum += f.size
		}
	}
	return sum
}

// isOfDisk tells errors of the machine from those of an archive.
func isOfDisk(err error) bool {
	for _, of := range []error{
		fs.ErrPermission, syscall.ENOSPC, syscall.EROFS, syscall.EIO, syscall.EMFILE, syscall.ENFILE,
		syscall.ENOMEM,
	} {
		if errors.Is(err, of) {
			return true
		}
	}
	return false
}

// drop removes a folder of code, "" for none, once the state directory does not name
// it any more: on a full disk it may do so for a while.
func (m *Made) drop(folder string) (err error) {
	kept := m.kept()
	m.mu.Lock()
	defer m.mu.Unlock()
	if folder != "" {
		m.stale = append(m.stale, folder)
	}
	if !kept {
		return nil
	}
	for _, folder := range m.stale {
		err = errors.Join(err, os.RemoveAll(folder))
	}
	m.stale = nil
	return err
}

// TellUnused names what a crash has left in the folder of all code. It is not removed:
// an older file of the state, moved back, may have it.
func (m *Made) TellUnused() {
	if !m.code.keep {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	used := slices.Collect(maps.Values(m.code.once))
	for _, f := range m.byARN {
		used = append(used, f.folder)
	}
	for _, name := range namesIn(m.code.folder, "") {
		if folder := filepath.Join(m.code.folder, name); !slices.Contains(used, folder) {
			m.log.Warn("this code belongs to no function and may be removed", "folder", folder)
		}
	}
}
