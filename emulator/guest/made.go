package guest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The ledger of what has been made, or is about to be.

type kind string

// The kinds, in the order in which they are removed.
const (
	certificate kind = "certificate"
	policy      kind = "policy"
	thing       kind = "thing"
	retained    kind = "retained message"
)

// An item is one thing that has been made.
type item struct {
	kind             kind
	owner, name      string
	policies, things []string // attached to a certificate
}

// A Left is what could not be removed.
type Left struct {
	What     string   // as "policy suback-test-k3j9x2ab-1-2"
	Err      error    // why
	Commands []string // that remove it
}

// name is one that an owner's things begin with.
func (a *Account) name(owner, what string) string {
	if owner == "" {
		owner = "0"
	}
	return a.Run + "-" + owner + "-" + what
}

// note enters an item; a policy gets its name here.
func (a *Account) note(it *item) *item {
	a.mu.Lock()
	defer a.mu.Unlock()
	if it.kind == policy && it.name == "" {
		a.policies++
		it.name = a.name(it.owner, fmt.Sprint("policy-", a.policies))
	}
	a.made = append(a.made, it)
	return it
}

// Remove removes all that an owner has. What cannot be removed is left for Close.
func (a *Account) Remove(ctx context.Context, owner string) {
	a.remove(ctx, time.Second, func(o string) bool { return o == owner })
}

// Close removes all that has been made, until ctx ends, and returns what it could not.
func (a *Account) Close(ctx context.Context) []Left {
	conflict := a.patience
	if a.Own {
		conflict = RemovalTime - 30*time.Second
	}
	left := a.remove(ctx, conflict, func(string) bool { return true })
	a.services.Close()
	return left
}

// Leave closes connections, and removes nothing: the account ends otherwise.
func (a *Account) Leave() { a.services.Close() }

// atOnce is how many are removed at the same time.
const atOnce = 8

func (a *Account) remove(
	ctx context.Context, conflict time.Duration, of func(owner string) bool,
) (left []Left) {
	for _, k := range []kind{certificate, policy, thing, retained} {
		all := a.noted(k, of)
		failures := make([]error, len(all))
		var group sync.WaitGroup
		turn := make(chan struct{}, atOnce)
		for i, it := range all {
			turn <- struct{}{}
			group.Go(func() {
				failures[i] = a.removeItem(ctx, it, conflict)
				<-turn
			})
		}
		group.Wait()
		for i, it := range all {
			if failures[i] != nil {
				left = append(left, Left{string(it.kind) + " " + it.name, failures[i], a.commands(it)})
				continue
			}
			a.forget(it)
		}
	}
	return left
}

// noted are the items of a kind.
func (a *Account) noted(k kind, of func(owner string) bool) (all []*item) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, it := range a.made {
		if it.kind == k && of(it.owner) {
			all = append(all, it)
		}
	}
	return all
}

func (a *Account) forget(it *item) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.made = slices.DeleteFunc(a.made, func(m *item) bool { return m == it })
}

func (a *Account) removeItem(ctx context.Context, it *item, conflict time.Duration) error {
	switch it.kind {
	case certificate:
		return a.removeCertificate(ctx, it, conflict)
	case policy:
		_, err := a.call(ctx, request{operation: "DeletePolicy", method: http.MethodDelete,
			path: "/policies/" + it.name, conflict: conflict})
		return unless(err, gone)
	case retained:
		return a.clear(ctx, it.name)
	}
	return a.removeThing(ctx, it.name, conflict)
}

// removeThing looks again for shadows at the end: one that a device has asked for is made after
// its PUBACK, and needs no thing.
func (a *Account) removeThing(ctx context.Context, name string, conflict time.Duration) error {
	if _, err := a.deleteShadows(ctx, name); err != nil {
		return err
	}
	_, err := a.call(ctx, request{operation: "DeleteThing", method: http.MethodDelete,
		path: "/things/" + url.PathEscape(name), conflict: conflict})
	if err = unless(err, gone); err != nil {
		return err
	}
	for found := true; found; {
		if found, err = a.deleteShadows(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (a *Account) removeCertificate(ctx context.Context, it *item, conflict time.Duration) error {
	if err := a.status(ctx, it.name, "INACTIVE"); err != nil {
		return unless(err, gone)
	}
	arn := a.certificateARN(it.name)
	for _, name := range it.policies {
		_, err := a.call(ctx, request{operation: "DetachPolicy", method: http.MethodPost,
			path: "/target-policies/" + name, input: map[string]string{"target": arn}})
		if err = unless(err, gone); err != nil {
			return err
		}
	}
	for _, name := range it.things {
		_, err := a.call(ctx, request{operation: "DetachThingPrincipal", method: http.MethodDelete,
			path: "/things/" + url.PathEscape(name) + "/principals", header: http.Header{"X-Amzn-Principal": {arn}}})
		if err = unless(err, gone); err != nil {
			return err
		}
	}
	_, err := a.call(ctx, request{operation: "DeleteCertificate", method: http.MethodDelete,
		path: "/certificates/" + it.name, conflict: conflict})
	return unless(err, gone)
}

// commands are those of the AWS CLI that remove an item.
func (a *Account) commands(it *item) (all []string) {
	add := func(format string, args ...any) {
		all = append(all, "aws --region "+a.Region+" "+fmt.Sprintf(format, args...))
	}
	switch it.kind {
	case certificate:
		add("iot update-certificate --certificate-id %s --new-status INACTIVE", it.name)
		for _, name := range it.policies {
			add("iot detach-policy --policy-name %s --target %s", name, a.certificateARN(it.name))
		}
		for _, name := range it.things {
			add("iot detach-thing-principal --thing-name %s --principal %s", quoted(name), a.certificateARN(it.name))
		}
		add("iot delete-certificate --certificate-id %s", it.name)
	case policy:
		add("iot delete-policy --policy-name %s", it.name)
	case thing:
		add("iot-data delete-thing-shadow --thing-name %s /dev/null", quoted(it.name))
		add("iot delete-thing --thing-name %s", quoted(it.name))
	case retained:
		add("iot-data publish --retain --topic %s --payload ''", quoted(it.name))
	}
	return all
}

// quoted is a word of a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// RemovalTime is how long the removal of a run may take: the five minutes that AWS may need
// until a policy that was detached can be deleted, and a while for the rest.
const RemovalTime = 7 * time.Minute
