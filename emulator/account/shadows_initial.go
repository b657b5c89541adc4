package account

import (
	"errors"
	"fmt"

	"github.com/suback/suback/emulator/config"
)

// The shadows that the configuration begins with
//
//   - one that there is, or was until it was deleted, stays as it is: with a state
//     directory devices and apps go on where they were
//   - a reload sets those that the file changes; what it takes out stays
//   - nothing is published: nobody has asked for anything

// putShadows puts the shadows of a configuration in their place; old is the one before it,
// nil at the start.
func (a *Account) putShadows(c, old *config.Config) error {
	was := map[config.Shadow]bool{}
	if old != nil {
		for _, s := range old.Shadows {
			was[s] = true
		}
	}
	var all []error
	for _, s := range c.Shadows {
		if was[s] || old == nil && a.shadows.Known(s.ID()) {
			continue
		}
		if err := a.shadows.Set(s.ID(), []byte(s.State)); err != nil {
			all = append(all, fmt.Errorf("shadow %s: %w", s.ID(), err))
		}
	}
	return errors.Join(all...)
}
