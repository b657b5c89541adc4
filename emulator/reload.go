package emulator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/suback/suback/emulator/config"
)

// Reloading the configuration
//
//   - a broken file changes nothing and is reported with file and line
//   - what becomes of an account: see account/reload.go

// Reload replaces the configuration, that of its accounts too: it makes those that are
// new, and ends those that are in it no more. After an error the old one stays, but for
// accounts before the one that the error names.
func (e *Emulator) Reload(c *Config) error {
	e.reloading.Lock()
	defer e.reloading.Unlock()
	if err := e.refused(c); err != nil {
		return err
	}
	if err := e.of.Reload(c); err != nil {
		return err
	}
	e.accounts.changing.Lock()
	defer e.accounts.changing.Unlock()
	err := each(c.AccountNames(), func(name string) error {
		o := e.options.named(c, name)
		switch a := e.accounts.find(name); {
		case a == nil:
			_, err := e.add(name, o, "")
			return err
		case a.of.IsCopy():
			return c.Errorf([]any{"accounts", name}, "account %q: %v, made by the API", name, ErrAccountExists)
		default:
			return a.of.Reload(o.Config)
		}
	})
	for _, a := range e.accounts.all() {
		if _, stays := c.Accounts[a.Name()]; !stays && !a.of.IsCopy() {
			err = errors.Join(err, e.remove(a.Name()))
		}
	}
	return err
}

// refused finds what is wrong in accounts of the configuration, before any is changed.
func (e *Emulator) refused(c *Config) error {
	return each(c.AccountNames(), func(name string) error {
		o := e.options.named(c, name)
		_, err := o.Config.Registry(o.inGo(), e.of.Logger())
		return err
	})
}

// watchInterval is how often a watched file is looked at.
const watchInterval = time.Second / 2

// watch reloads the configuration file whenever it is not as it was seen, until
// ctx ends. What it reads twice is written to its end. A pipe gives its text once, and is not watched.
func (e *Emulator) watch(ctx context.Context, file, seen string) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return
	}
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for latest := seen; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := config.Stamp(file)
		isWhole := now == latest
		latest = now
		if now == seen || !isWhole {
			continue
		}
		seen = now
		if err := e.reloadFile(file); err != nil {
			e.shared.Log.Error("configuration not reloaded, the old one stays", "error", err)
		} else {
			e.shared.Log.Info("configuration reloaded", "file", file)
		}
	}
}

// reloadFile does not take an empty file: a shell makes one for the program that will write it. Nor does
// it take what is none.
func (e *Emulator) reloadFile(file string) error {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular(): // which nobody waits for
		return fmt.Errorf("%s: it is no file", file)
	case info.Size() == 0:
		return fmt.Errorf("%s: the file is empty, want {} for a configuration of nothing", file)
	}
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
