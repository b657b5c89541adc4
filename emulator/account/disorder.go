package account

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/hooks"
)

// SetDisorder replaces what the configuration says, until a Reset or until the file
// says something else. For each connection it counts from its next PUBLISH on.
func (a *Account) SetDisorder(d config.Disorder) {
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

// inOrder returns the messages of an update as they are to be published: AWS promises no
// order [S-58], and each is in another's place where that is wished for. Lots are drawn from
// the seed, the shadow and its version, so that a run repeats.
func (a *Account) inOrder(out *shadow.Outcome) []shadow.Message {
	d := a.Disorder()
	if !d.Shadows {
		return out.Messages
	}
	id := fnv.New64a()
	id.Write([]byte(out.Request.ID.String()))
	lots, all := rand.New(rand.NewPCG(uint64(d.Seed), id.Sum64()+uint64(out.After))), slices.Clone(out.Messages)
	for i := len(all) - 1; i > 0; i-- { // one cycle of all: Sattolo's algorithm
		j := lots.IntN(i)
		all[i], all[j] = all[j], all[i]
	}
	return all
}
