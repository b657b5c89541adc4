package emulator

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// Functions that Lambda's API made or changed
//
//   - they run as processes, as those of the configuration do, and go before
//     those of the same ARN
//   - their code is unpacked in a folder of its own: see functioncode.go
//   - what cannot run is made nevertheless, and fails when it is invoked, as on
//     AWS

// madeFunctions are those of an emulator, whatever the file says now.
type madeFunctions struct {
	putting sync.Mutex // one archive is unpacked at a time; goes before mu
	mu      sync.Mutex
	byARN   map[string]madeFunction
	code    *functionCode
	most    int64       // bytes of the disk that all code may take
	stale   []string    // folders that nothing uses any more
	kept    func() bool // whether the state directory knows so; nil: there is none
	started sync.WaitGroup
	ending  context.Context
	end     context.CancelFunc
}

type madeFunction struct {
	lambda.Runner
	folder string // of the code that belongs to it, "" for code that is the configuration's
	size   int64  // of the folder, in bytes of the disk
}

func newMadeFunctions(code *functionCode) *madeFunctions {
	m := &madeFunctions{byARN: map[string]madeFunction{}, code: code, most: maxCode}
	m.ending, m.end = context.WithCancel(context.Background())
	return m
}

// runner returns what runs a function, nil if the API did not make it.
func (m *madeFunctions) runner(arn string) lambda.Runner {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f, ok := m.byARN[arn]; ok {
		return f
	}
	return nil
}

// put has a function run as its configuration says. Without an archive it keeps
// the code it has. What it was goes once the new one is stored, so that a crash
// leaves one or the other.
func (m *madeFunctions) put(
	f registry.Function, archive []byte, store func(registry.Function) error, log *slog.Logger,
) error {
	m.putting.Lock()
	defer m.putting.Unlock()
	m.mu.Lock()
	next := madeFunction{folder: m.byARN[f.FunctionArn].folder, size: m.byARN[f.FunctionArn].size}
	m.mu.Unlock()
	f.Configuration.Code = m.code.here(f.Configuration.Code)
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
	next.Runner = processOf(f, log)
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
	return failing(f.FunctionName, err, log)
}

// failing is a function that cannot be loaded.
func failing(name string, err error, log *slog.Logger) lambda.Runner {
	log.Warn("this function will fail when it is invoked", "function", name, "error", err)
	return lambda.Func(func(context.Context, []byte) ([]byte, error) {
		return nil, &lambda.FunctionError{Type: "Runtime.ImportModuleError", Message: err.Error()}
	})
}

// delete ends a function and removes its code, if that is the API's.
func (m *madeFunctions) delete(f registry.Function) error { return m.endOne(m.take(f)) }

// endOne ends what take has returned, and removes its code, if that is the API's.
func (m *madeFunctions) endOne(f madeFunction) error {
	if f.Runner == nil {
		return nil
	}
	return errors.Join(f.Close(), m.drop(f.folder))
}

// take returns a function that no longer runs here; if none did, there is nothing
// to end.
func (m *madeFunctions) take(f registry.Function) madeFunction {
	m.mu.Lock()
	defer m.mu.Unlock()
	made := m.byARN[f.FunctionArn]
	delete(m.byARN, f.FunctionArn)
	return made
}

// reconcile has those functions run here that are not as the configuration
// says, initial, and no longer those that are: after a start with a state
// directory there are some, and a reload takes some back. Those are ended by what
// it returns, to be called when nobody uses them any more.
func (m *madeFunctions) reconcile(
	present []registry.Function, initial *registry.Registry, log *slog.Logger,
) (end func() error) {
	var taken []madeFunction
	for _, f := range present {
		if was, ok := initial.Function(f.FunctionArn); ok && runsAlike(was.Configuration, f.Configuration) {
			taken = append(taken, m.take(f))
		} else {
			m.adopt(f, log)
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
func (m *madeFunctions) adopt(f registry.Function, log *slog.Logger) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.byARN[f.FunctionArn]; ok {
		return
	}
	f.Configuration.Code = m.code.here(f.Configuration.Code)
	var made madeFunction
	var err error
	if m.code.has(f.Configuration.Code) {
		made.folder = f.Configuration.Code
		made.size, err = checkCode(made.folder)
	}
	if err != nil {
		made.Runner = failing(f.FunctionName, err, log)
	} else {
		made.Runner = processOf(f, log)
	}
	m.byARN[f.FunctionArn] = made
}

// runsAlike says whether two configurations make the same process.
func runsAlike(a, b registry.FunctionConfiguration) bool {
	return a.Runtime == b.Runtime && a.Handler == b.Handler && a.Code == b.Code &&
		a.Timeout == b.Timeout && a.MemorySize == b.MemorySize && maps.Equal(a.Environment, b.Environment)
}

// close ends all and waits for them. It is called once, when nobody uses m any
// more but what hangs.
func (m *madeFunctions) close() error {
	m.end()
	m.started.Wait()
	m.mu.Lock()
	var all []lambda.Runner
	for _, f := range m.byARN {
		all = append(all, f)
	}
	m.mu.Unlock()
	return errors.Join(closeAll(all), m.drop(""), m.code.close())
}

// functions are what the control plane does with functions of the account.
func (a *Account) functions() *control.Functions {
	return &control.Functions{
		Put: func(f registry.Function, archive []byte, store func(registry.Function) error) error {
			return a.made.put(f, archive, store, a.log)
		},
		Invoke: a.run,
		Start: func(in lambda.Invocation) {
			a.made.started.Go(func() {
				if _, err := a.run(a.made.ending, in); err != nil {
					a.log.Warn("a function that nobody waits for has failed", "function", in.FunctionARN, "error", err)
				}
			})
		},
		Delete: a.made.delete,
	}
}

// configuration is what Lambda's API tells of a function of the file.
func (f Function) configuration(c *Config) registry.FunctionConfiguration {
	out := registry.FunctionConfiguration{
		Runtime: f.Runtime, Handler: f.Handler, Timeout: f.Timeout, MemorySize: f.MemorySize,
		Environment: f.Environment,
	}
	if code := c.codeOf(f); code != "" {
		out.Code, _ = filepath.Abs(code) // fails where nothing can run: without a working directory
	}
	return out
}
