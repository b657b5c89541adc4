package emulator

import (
	"context"
	"errors"
	"time"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
)

// Reloading the configuration
//
//   - what an authorizer granted stays granted until its refresh [A-151, guess];
//     what certificates and signatures may do changes at once
//   - a broken file changes nothing and is reported with file and line
//   - functions that are described as before keep their warm processes
//   - what the API changed stays unless the file changes it too: see state.go

// Reload replaces the configuration, that of its accounts too: it makes those that are
// new, and ends those that are in it no more. After an error the old one stays, but for
// accounts before the one that the error names.
func (e *Emulator) Reload(c *Config) error {
	e.reloading.Lock()
	defer e.reloading.Unlock()
	if err := e.refused(c); err != nil {
		return err
	}
	if err := e.reload(c); err != nil {
		return err
	}
	e.accounts.changing.Lock()
	defer e.accounts.changing.Unlock()
	err := each(c.AccountNames(), func(name string) error {
		o := e.options.named(c, name)
		switch a := e.accounts.find(name); {
		case a == nil:
			_, err := e.add(name, o)
			return err
		case !a.isConfigured():
			return c.Errorf([]any{"accounts", name}, "account %q: %v, made by the API", name, ErrAccountExists)
		default:
			return a.reload(o.Config)
		}
	})
	for _, a := range e.accounts.all() {
		if _, stays := c.Accounts[a.name]; !stays && a.isConfigured() {
			err = errors.Join(err, e.remove(a.name))
		}
	}
	return err
}

// refused finds what is wrong in accounts of the configuration, before any is changed.
func (e *Emulator) refused(c *Config) error {
	return each(c.AccountNames(), func(name string) error {
		o := e.options.named(c, name)
		_, err := o.Config.Registry(o.inGo(), o.Log)
		return err
	})
}

// reload replaces the configuration of one account.
func (a *Account) reload(c *Config) error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	old := a.present() // only reload changes it
	switch was := old.config; {
	case was.Region != c.Region:
		return c.Errorf([]any{"region"}, "region cannot change while the emulator runs, want %q as before",
			was.Region)
	case was.AccountID != c.AccountID:
		return c.Errorf([]any{"accountId"}, "accountId cannot change while the emulator runs, want %q as before",
			was.AccountID)
	case was.Listeners != c.Listeners:
		return c.Errorf([]any{"listeners"}, "listeners cannot change while the emulator runs")
	case was.Limits != c.Limits:
		return c.Errorf([]any{"limits"}, "limits cannot change while the emulator runs")
	}
	o := a.options
	o.Config = c
	initial, err := o.initial(a.code)
	if err != nil {
		return err
	}
	next, err := a.newSetup(old, initial, o.Config)
	if err != nil {
		return err
	}
	if err := a.replace(next, initial); err != nil {
		return errors.Join(c.Errorf(nil, "%v", err), next.close(old))
	}
	if c.Disorder != old.config.Disorder {
		a.SetDisorder(c.Disorder)
	}
	a.hook.Review()
	a.warn()
	a.retire(old, next, a.made.Reconcile(a.registry.Functions(), initial))
	return nil
}

// retire closes a setup once nobody uses it any more: an invocation may take
// 15 minutes, and a reload waits for nobody. Setups go in the order they came,
// since what the next one has taken over is closed with that.
func (a *Account) retire(old, next *setup, end func() error) {
	before := a.retired
	done := make(chan struct{})
	a.retired = done
	a.retiring.Go(func() {
		defer close(done)
		if before != nil {
			<-before
		}
		old.users.Wait()
		if err := errors.Join(old.close(next), end()); err != nil {
			a.log.Error("not all of the old configuration has ended", "error", err)
		}
	})
}

// replace puts the next setup in the old one's place, with the registry that it
// expects.
func (a *Account) replace(next *setup, initial *registry.Registry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.keeper.rebase(initial.State()); err != nil {
		return err
	}
	a.setup = next
	return nil
}

// forget makes the registry what the configuration says.
func (a *Account) forget() error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	before := a.registry.Functions()
	err := a.keeper.reset()
	for _, f := range before {
		now, ok := a.registry.Function(f.FunctionArn)
		if !ok || !functions.RunsAlike(now.Configuration, f.Configuration) {
			err = errors.Join(err, a.made.Delete(f))
		}
	}
	a.hook.Review()
	return err
}

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
		now := config.Stamp(file)
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
	c, err := config.Load(file)
	if err != nil {
		return err
	}
	return e.Reload(c)
}

// each does something with all of a list, and joins the errors.
func each[T any](list []T, do func(T) error) error {
	var all []error
	for _, v := range list {
		all = append(all, do(v))
	}
	return errors.Join(all...)
}
