package account

import (
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/hooks"
)

// NoShadows is what Disorder.Shadows is answered with.
const NoShadows = "disorder: shadows has no effect, since there are no device shadows yet"

// SetDisorder replaces what the configuration says, until a Reset or until the file
// says something else. For each connection it counts from its next PUBLISH on.
func (a *Account) SetDisorder(d config.Disorder) {
	if d.Shadows {
		a.log.Warn(NoShadows)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.disorder = d
	a.hook.SetDisorder(hooks.Disorder{Pubacks: d.Pubacks, Seed: d.Seed})
}

// Disorder returns what is out of order at present.
func (a *Account) Disorder() config.Disorder {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.disorder
}
