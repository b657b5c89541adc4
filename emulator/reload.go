package emulator

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/suback/suback/emulator/registry"
)

// Reloading the configuration
//
//   - what an authorizer granted stays granted until its refresh [A-151, guess];
//     what certificates and signatures may do changes at once
//   - a broken file changes nothing and is reported with file and line
//   - functions that are described as before keep their warm processes
//   - what the API changed stays unless the file changes it too: see state.go

// Reload replaces the configuration. After an error the old one stays.
func (e *Emulator) Reload(c *Config) error {
	e.reloading.Lock()
	defer e.reloading.Unlock()
	old := e.account // only Reload changes it
	switch was := old.config; {
	case was.Region != c.Region:
		return c.errorf([]any{"region"}, "region cannot change while the emulator runs, want %q as before", was.Region)
	case was.AccountID != c.AccountID:
		return c.errorf([]any{"accountId"}, "accountId cannot change while the emulator runs, want %q as before", was.AccountID)
	case was.Listeners != c.Listeners:
		return c.errorf([]any{"listeners"}, "listeners cannot change while the emulator runs")
	case was.Limits != c.Limits:
		return c.errorf([]any{"limits"}, "limits cannot change while the emulator runs")
	}
	o := e.options
	o.Config = c
	initial, err := o.initial(o.made.code)
	if err != nil {
		return err
	}
	next, err := o.account(old, initial)
	if err != nil {
		return err
	}
	old.next.Store(next)
	if err := e.replace(next, initial); err != nil {
		return errors.Join(c.errorf(nil, "%v", err), next.close(old))
	}
	if c.Disorder != old.config.Disorder {
		e.SetDisorder(c.Disorder)
	}
	e.changed()
	next.warn(e.log)
	e.retire(old, next, o.made.reconcile(o.keeper.registry.Functions(), initial, e.log))
	return nil
}

// retire closes an account once nobody uses it any more: an invocation may take
// 15 minutes, and a reload waits for nobody. Accounts go in the order they came,
// since what the next one has taken over is closed with that.
func (e *Emulator) retire(old, next *account, end func() error) {
	before := e.retired
	done := make(chan struct{})
	e.retired = done
	e.watching.Go(func() {
		defer close(done)
		if before != nil {
			<-before
		}
		old.users.Wait()
		if err := errors.Join(old.close(next), end()); err != nil {
			e.log.Error("not all of the old configuration has ended", "error", err)
		}
	})
}

// replace puts the next account in the old one's place, with the registry that
// it expects.
func (e *Emulator) replace(next *account, initial *registry.Registry) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.options.keeper.rebase(initial.State()); err != nil {
		e.account.next.Store(nil)
		return err
	}
	e.account = next
	return nil
}

// forget makes the registry what the configuration says.
func (e *Emulator) forget() error {
	e.reloading.Lock()
	defer e.reloading.Unlock()
	k, made := e.options.keeper, e.options.made
	before := k.registry.Functions()
	err := k.reset()
	for _, f := range before {
		if now, ok := k.registry.Function(f.FunctionArn); !ok || !runsAlike(now.Configuration, f.Configuration) {
			err = errors.Join(err, made.delete(f))
		}
	}
	e.changed()
	return err
}

// changed has every connection reviewed: it is called after each change of the
// registry, before the API answers.
func (e *Emulator) changed() { e.hook.Review() }

// watchInterval is how often a watched file is looked at.
const watchInterval = time.Second

// watch reloads the configuration file whenever it is not as it was seen, until
// ctx ends.
func (e *Emulator) watch(ctx context.Context, file, seen string) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := stamp(file)
		if now == seen {
			continue
		}
		seen = now
		if err := e.reloadFile(file); err != nil {
			e.log.Error("configuration not reloaded, the old one stays", "error", err)
		} else {
			e.log.Info("configuration reloaded", "file", file)
		}
	}
}

func (e *Emulator) reloadFile(file string) error {
	c, err := LoadConfig(file)
	if err != nil {
		return err
	}
	return e.Reload(c)
}

// stamp tells one content of a file from another; a missing file has one too.
// Time and size would not do: two saves may come within one tick of the clock.
func stamp(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return stampOf(text)
}

func stampOf(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }
