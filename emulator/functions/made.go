package functions

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// Functions that Lambda's API made or changed
//
//   - they run as processes, as those of the configuration do, and go before
//     those of the same ARN
//   - their code is unpacked in a folder of its own: see code.go
//   - what cannot run is made nevertheless, and fails when it is invoked, as on
//     AWS

// Made are those of an account, whatever the file says now. Methods are safe for
// concurrent use.
type Made struct {
	Most int64 // bytes of the disk that all code may take, see [MaxCode]; set before the first Put

	putting sync.Mutex // one archive is unpacked at a time; goes before mu
	mu      sync.Mutex
	byARN   map[string]running
	code    *Code
	kept    func() bool
	log     *slog.Logger
	stale   []string // folders that nothing uses any more
	started sync.WaitGroup
	ending  context.Context
	end     context.CancelFunc
}

type running struct {
	lambda.Runner
	folder string // of the code that belongs to it, "" for code that is the configuration's
	size   int64  // of the folder, in bytes of the disk
}

// NewMade returns none yet. Their code is in code, which ends with them; kept says
// whether all that the registry has outlives a crash by now.
func NewMade(code *Code, kept func() bool, log *slog.Logger) *Made {
	m := &Made{Most: MaxCode, byARN: map[string]running{}, code: code, kept: kept, log: log}
	m.ending, m.end = context.WithCancel(context.Background())
	return m
}

// Runner returns what runs a function, nil if the API did not make it.
func (m *Made) Runner(arn string) lambda.Runner {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.byARN[arn].Runner
}

// Put has a function run as its configuration says, once store has stored it. Without an
// archive it keeps the code it has. What it was goes once the new one is stored, so that a crash
// leaves one or the other.
func (m *Made) Put(f registry.Function, archive []byte, store func(registry.Function) error) error {
	m.putting.Lock()
	defer m.putting.Unlock()
	m.mu.Lock()
	next := running{folder: m.byARN[f.FunctionArn].folder, size: m.byARN[f.FunctionArn].size}
	m.mu.Unlock()
	f.Configuration.Code = m.code.Here(f.Configuration.Code)
	if archive != nil {
		var err error
		if next, err = m.unpack(f, archive); err != nil {
			return err
		}
		f.Configuration.Code = next.folder
	}
	err := store(f)
	if err != nil && !isUnsaved(err) {
		if archive != nil {
			err = errors.Join(err, os.RemoveAll(next.folder))
		}
		return err
	}
	next.Runner = processOf(f, m.log)
	m.mu.Lock()
	old, existed := m.byARN[f.FunctionArn]
	m.byARN[f.FunctionArn] = next
	m.mu.Unlock()
	if !existed {
		return err
	}
	if old.folder == next.folder {
		return errors.Join(err, old.Close())
	}
	return errors.Join(err, old.Close(), m.drop(old.folder))
}

// isUnsaved is for a change that the registry has, and the state directory has
// not.
func isUnsaved(err error) bool {
	var e *registry.Error
	return errors.As(err, &e) && e.Code == registry.InternalFailure
}

// processOf runs a function, or fails as AWS does for one that cannot be loaded.
func processOf(f registry.Function, log *slog.Logger) lambda.Runner {
	c := f.Configuration
	arn := strings.Split(f.FunctionArn, ":") // arn:aws:lambda:<region>:<account>:function:<name>
	p, err := lambda.NewProcess(lambda.ProcessOptions{
		Name: f.FunctionName, Runtime: c.Runtime, Code: c.Code, Handler: c.Handler, Environment: c.Environment,
		Timeout: time.Duration(c.Timeout) * time.Second, MemorySize: c.MemorySize,
		Region: arn[3], Account: arn[4], Log: log,
	})
	if err == nil {
		return p
	}
	return Failing(f.FunctionName, err, log)
}

// Failing is a function that cannot be loaded.
func Failing(name string, err error, log *slog.Logger) lambda.Runner {
	log.Warn("this function will fail when it is invoked", "function", name, "error", err)
	return lambda.Func(func(context.Context, []byte) ([]byte, error) {
		return nil, &lambda.FunctionError{Type: "Runtime.ImportModuleError", Message: err.Error()}
	})
}

// Delete ends a function and removes its code, if that is the API's.
func (m *Made) Delete(f registry.Function) error { return m.endOne(m.take(f)) }

// endOne ends what take has returned, and removes its code, if that is the API's.
func (m *Made) endOne(f running) error {
	if f.Runner == nil {
		return nil
	}
	return errors.Join(f.Close(), m.drop(f.folder))
}

// take returns a function that no longer runs here; if none did, there is nothing
// to end.
func (m *Made) take(f registry.Function) running {
	m.mu.Lock()
	defer m.mu.Unlock()
	made := m.byARN[f.FunctionArn]
	delete(m.byARN, f.FunctionArn)
	return made
}

// Reconcile has those functions run here that are not as the configuration
// says, initial, and no longer those that are: after a start with a state
// directory there are some, and a reload takes some back. Those are ended by what
// it returns, to be called when nobody uses them any more.
func (m *Made) Reconcile(present []registry.Function, initial *registry.Registry) (end func() error) {
	var taken []running
	for _, f := range present {
		if was, ok := initial.Function(f.FunctionArn); ok && RunsAlike(was.Configuration, f.Configuration) {
			taken = append(taken, m.take(f))
		} else {
			m.adopt(f)
		}
	}
	return func() (err error) {
		for _, f := range taken {
			err = errors.Join(err, m.endOne(f))
		}
		return err
	}
}

// adopt runs a function whose code is there, unless it runs already.
func (m *Made) adopt(f registry.Function) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.byARN[f.FunctionArn]; ok {
		return
	}
	f.Configuration.Code = m.code.Here(f.Configuration.Code)
	var made running
	var err error
	if m.code.has(f.Configuration.Code) {
		made.folder = f.Configuration.Code
		made.size, err = checkCode(made.folder)
	}
	if err != nil {
		made.Runner = Failing(f.FunctionName, err, m.log)
	} else {
		made.Runner = processOf(f, m.log)
	}
	m.byARN[f.FunctionArn] = made
}

// RunsAlike says whether two configurations make the same process.
func RunsAlike(a, b registry.FunctionConfiguration) bool {
	return a.Runtime == b.Runtime && a.Handler == b.Handler && a.Code == b.Code &&
		a.Timeout == b.Timeout && a.MemorySize == b.MemorySize && maps.Equal(a.Environment, b.Environment)
}

// Go runs what nobody waits for, until Close ends its context.
func (m *Made) Go(run func(ctx context.Context)) {
	m.started.Go(func() { run(m.ending) })
}

// Close ends all and waits for them. It is called once, when nobody uses m any
// more but what hangs.
func (m *Made) Close() error {
	m.end()
	m.started.Wait()
	m.mu.Lock()
	var all []lambda.Runner
	for _, f := range m.byARN {
		all = append(all, f)
	}
	m.mu.Unlock()
	return errors.Join(CloseAll(all), m.drop(""), m.code.Close())
}
