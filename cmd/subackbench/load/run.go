package load

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
)

// A run is one verb with its options.
type run struct {
	options
	out     io.Writer
	sources atomic.Uint32 // spreads connections over 127.0.0.0/8, which has more ports that way
}

type verb func(*run, context.Context) (Figures, error)

func verbs() map[string]verb {
	return map[string]verb{
		"sink": (*run).sink, "flow": (*run).flow, "latency": (*run).latency, "connect": (*run).connect,
		"idle": (*run).idle, "retained": (*run).retained, "offline": (*run).offline, "storm": (*run).storm,
		"shadow": (*run).shadow,
	}
}

// Run does what args say, a verb and its flags, and writes its figures to out. It
// ends early, with an error, when ctx does; sink and idle -hold only then, without
// one.
func Run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || verbs()[args[0]] == nil {
		names := slices.Sorted(maps.Keys(verbs()))
		return fmt.Errorf("load %s: there is no such verb, want one of: %s",
			strings.Join(args[:min(len(args), 1)], ""), strings.Join(names, ", "))
	}
	o, err := parse(args[0], args[1:])
	if err != nil {
		return err
	}
	r := &run{options: o, out: out}
	figures, err := verbs()[args[0]](r, ctx)
	if err != nil {
		return fmt.Errorf("load %s: %w", args[0], err)
	}
	if figures == nil {
		return nil
	}
	return r.print(figures)
}

func (r *run) print(f Figures) error { return json.NewEncoder(r.out).Encode(f) }
