package account

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
)

// Reloading the configuration
//
//   - what an authorizer granted stays granted until its refresh [A-151, guess];
//     what certificates and signatures may do changes at once
//   - functions that are described as before keep their warm processes
//   - what the API changed stays unless the file changes it too: see registry.go

// Reload replaces the configuration of the account. After an error the old one stays.
func (a *Account) Reload(c *config.Config) error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	old := a.present() // only reload changes it
	if err := a.wantAsBefore(c, old.config); err != nil {
		return err
	}
	o := a.options
	o.Config = c
	initial, err := a.initial(&o)
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
	a.setEnforce(c)
	if err := a.putShadows(o.Config, old.config); err != nil {
		a.log.Error("not all shadows of the configuration are there", "error", err)
	}
	a.changed()
	a.warn()
	a.tellEnabled(initial)
	a.retire(old, next, a.made.Reconcile(a.registry.Functions(), initial))
	return nil
}

// wantAsBefore wants what counts for as long as the emulator runs to be as it was, or to mean the same.
func (a *Account) wantAsBefore(c, was *config.Config) error {
	region, id := a.registry.Region(), a.registry.Account()
	if c.Region != was.Region { // which may have come from elsewhere
		region = cmp.Or(c.Region, "us-east-1")
	}
	if c.AccountID != was.AccountID {
		id = cmp.Or(c.AccountID, registry.DefaultAccount)
	}
	var all []error
	for _, kept := range []struct {
		at       []any
		was, now string
	}{
		{[]any{"region"}, a.registry.Region(), region},
		{[]any{"accountId"}, a.registry.Account(), id},
		{[]any{"listeners", "mqtt"}, was.Listeners.MQTT, c.Listeners.MQTT},
		{[]any{"listeners", "mqtts"}, was.Listeners.MQTTS, c.Listeners.MQTTS},
		{[]any{"listeners", "https"}, was.Listeners.HTTPS, c.Listeners.HTTPS},
		{[]any{"listeners", "http"}, was.Listeners.HTTP, c.Listeners.HTTP},
		{[]any{"limits", "protocol"}, cmp.Or(was.Limits.Protocol, "aws"), cmp.Or(c.Limits.Protocol, "aws")},
		{[]any{"limits", "rate"}, cmp.Or(was.Limits.Rate, "off"), cmp.Or(c.Limits.Rate, "off")},
	} {
		if kept.was == kept.now {
			continue
		}
		name := strings.ReplaceAll(strings.Trim(fmt.Sprint(kept.at), "[]"), " ", ".")
		all = append(all, c.Errorf(kept.at, "%s cannot change while the emulator runs, want %s as before; with %s it must be "+
			"started again", name, orNone(kept.was), orNone(kept.now)))
	}
	return errors.Join(all...)
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return strconv.Quote(value)
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
	a.changed()
	return err
}
