package learn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
)

// notes are about what the requests do not show.
func (rec *recording) notes(all resources) []string {
	return slices.Concat([]string{}, rec.silent(), rec.alone(all), rec.unknown())
}

// maxNamed is how many of a list a note names.
const maxNamed = 5

// silent are subscriptions by which nothing came while it was recorded: nothing is known of
// what they need iot:Receive for [B-501].
func (rec *recording) silent() []string {
	received := map[*client][]string{}
	for _, r := range rec.requests {
		if r.Action == policy.Receive {
			received[r.client] = append(received[r.client], r.Name)
		}
	}
	var quiet []string
	for _, r := range rec.requests {
		if r.Action != policy.Subscribe {
			continue
		}
		_, filter, _ := topic.Shared(r.Name)
		if !slices.ContainsFunc(received[r.client], func(name string) bool { return topic.Matches(filter, name) }) {
			quiet = append(quiet, fmt.Sprintf("%s to %s", r.client, r.Name))
		}
	}
	if len(quiet) == 0 {
		return nil
	}
	return []string{"nothing came by these subscriptions, so the policy has no iot:Receive for them and a message " +
		"would be withheld (B-501): " + named(quiet)}
}

// A use is one action on a target.
type use struct {
	target
	action actions
}

// alone are names that one client alone asked for, and that the others who get the policy
// may now use as well.
func (rec *recording) alone(all resources) []string {
	if len(rec.clients) < 2 {
		return nil
	}
	by := map[use]map[*client]bool{}
	for _, r := range rec.requests {
		t, _ := targetOf(&r.Request)
		u := use{target{t.kind, plain(r.Name)}, bit(r.Action)}
		if by[u] == nil {
			by[u] = map[*client]bool{}
		}
		by[u][r.client] = true
	}
	var some []string
	for _, t := range all.sorted() {
		for i := range order {
			who := by[use{t, all[t] & (1 << i)}]
			if t.kind == "client" || len(who) != 1 {
				continue
			}
			for c := range who {
				some = append(some, fmt.Sprintf("%s on %s/%s by %s", order[i], t.kind, t.name, c))
			}
		}
	}
	if len(some) == 0 {
		return nil
	}
	return []string{"one client alone asked for these, and all that get the policy may now (--client makes one for a " +
		"single client): " + named(some)}
}

// unknown are actions that no policy is made for.
func (rec *recording) unknown() []string {
	var all []string
	for _, r := range rec.requests {
		if bit(r.Action) == 0 && !slices.Contains(all, string(r.Action)) {
			all = append(all, string(r.Action))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return []string{"these actions are not known, and not in the policy: " + named(all)}
}

func named(all []string) string {
	if len(all) > maxNamed {
		return strings.Join(all[:maxNamed], ", ") + fmt.Sprintf(" and %d more", len(all)-maxNamed)
	}
	return strings.Join(all, ", ")
}
