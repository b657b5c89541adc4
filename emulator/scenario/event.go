package scenario

import (
	"context"
	"fmt"
)

// A listener is a place that knows what functions were asked.
type listener interface {
	events(function, client string) [][]byte
}

func (p *player) event(ctx context.Context, s *Event) error {
	of, ok := p.place.(listener)
	if !ok {
		return nil // as with the trace
	}
	return p.until(ctx, s.Within, func() string {
		all := of.events(s.Function, s.Client)
		if s.Times != nil && len(all) != *s.Times {
			return fmt.Sprintf("the function %swas asked %d times, want %d", named(s.Function), len(all), *s.Times)
		}
		if s.Times != nil && *s.Times == 0 {
			return ""
		}
		if len(all) == 0 {
			return fmt.Sprintf("the function %swas not asked, want it asked", named(s.Function))
		}
		latest := all[len(all)-1]
		if s.Contains.given {
			want := s.Contains
			want.bytes = []byte(p.filled(string(want.bytes)))
			if what := want.lacking(latest); what != "" {
				return "the event " + what
			}
		}
		v, _ := decoded(latest)
		for _, path := range s.Lacks {
			if _, there := inside(v, path); there {
				return fmt.Sprintf("the event has %s, want none", path)
			}
		}
		return ""
	})
}

func named(function string) string {
	if function == "" {
		return ""
	}
	return function + " "
}
