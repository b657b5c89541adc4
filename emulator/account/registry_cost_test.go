package account

import (
	"errors"
	"fmt"
	"testing"

	"github.com/suback/suback/emulator/registry"
)

// BenchmarkKept is what a change costs that is kept, beside so many things.
func BenchmarkKept(b *testing.B) {
	for _, things := range []int{10, 100_000} {
		e, err := start(settings{StateDir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = e.Close() })
		k := e.keeper
		many := func(registry.State) registry.State { // one write for all
			r, _ := registry.New(registry.Options{})
			for i := range things {
				_, _ = r.CreateThing(registry.Thing{ThingName: fmt.Sprint("thing-", i), Attributes: map[string]string{"site": "north"}})
			}
			_, _ = r.CreatePolicy("p", allowAll)
			_, _ = r.CreateThingGroup(registry.ThingGroup{ThingGroupName: "g"})
			return r.State()
		}
		if err := k.registry.Replace(many); err != nil {
			b.Fatal(err)
		}
		if err := k.save(); err != nil {
			b.Fatal(err)
		}
		r, n := k.registry, 0
		for _, op := range []struct {
			name string
			run  func(name string) error
		}{
			{"CreateThing", func(name string) error { return second(r.CreateThing(registry.Thing{ThingName: name})) }},
			{"UpdateThing", func(name string) error {
				return second(r.UpdateThing("thing-7", registry.ThingUpdate{Attributes: map[string]string{"is": name}}))
			}},
			{"AddThingToThingGroup", func(string) error {
				if n%2 == 0 {
					return r.RemoveThingFromThingGroup("thing-7", "g")
				}
				return r.AddThingToThingGroup("thing-7", "g")
			}},
			{"AttachThingPrincipal", func(name string) error {
				return r.AttachThingPrincipal("thing-7", fmt.Sprintf("us-east-1:%08d-0000-0000-0000-000000000000", n), "")
			}},
			{"CreateThing and DeleteThing", func(name string) error {
				return errors.Join(second(r.CreateThing(registry.Thing{ThingName: name})), r.DeleteThing(name, 0))
			}},
		} {
			b.Run(fmt.Sprintf("%s/%d things", op.name, things), func(b *testing.B) {
				for b.Loop() {
					n++
					if err := op.run(fmt.Sprint("new-", n)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
