package guest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/suback/suback/emulator/neighbour"
)

// Calls of the control plane
//
//   - what changes something is not given up once it is under way: it would be done after it had
//     been tidied up
//   - those of one operation keep apart: AWS takes ten a second of most
//   - what is refused for the moment is asked again, later and later, until patience ends; a
//     policy may take five minutes from when it is detached until it can be deleted, which is
//     waited for at the end alone

// A request is an operation of AWS IoT's.
type request struct {
	service   string // default iot
	operation string
	method    string // default GET
	path      string // escaped, with its query
	header    http.Header
	input     any

	// conflict is for how long what is still attached is asked for again to be deleted.
	conflict time.Duration
}

func (a *Account) call(ctx context.Context, r request) (*neighbour.Answer, error) {
	if r.service == "" {
		r.service = "iot"
	}
	if r.method == "" {
		r.method = http.MethodGet
	}
	began, calling := time.Now(), ctx
	if r.method != http.MethodGet {
		calling = context.WithoutCancel(ctx)
	}
	for delay := 250 * time.Millisecond; ; delay = min(2*delay, 5*time.Second) {
		if err := a.turns.wait(ctx, r.operation); err != nil {
			return nil, fmt.Errorf("%s: %w", r.operation, err)
		}
		answer, err := a.services.Call(calling,
			neighbour.REST(r.service, r.operation, r.method, r.path, r.header, r.input))
		if err == nil {
			return answer, nil
		}
		if ctx.Err() != nil || time.Since(began)+delay > a.longest(r, err) {
			return nil, fmt.Errorf("%s: %w", r.operation, err)
		}
		if err := pause(ctx, delay); err != nil {
			return nil, fmt.Errorf("%s: %w", r.operation, err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// longest is for how long a request is asked again: of a rate and of a server's trouble it is
// patience, of what has been detached and is not yet what the request says.
func (a *Account) longest(r request, err error) time.Duration {
	e := new(neighbour.Error)
	switch {
	case !errors.As(err, &e):
		return 0
	case e.Status == http.StatusTooManyRequests, e.Status >= 500 && e.Status != http.StatusNotImplemented,
		strings.Contains(e.Code, "Throttling"), e.Status == 0:
		return a.patience
	case e.Code == "DeleteConflictException" || e.Code == "CertificateStateException" ||
		e.Code == "InvalidRequestException" && strings.Contains(e.Message, "attached"):
		return r.conflict
	}
	return 0
}

// is reports whether an error is one of AWS's, by its code.
func is(err error, code string) bool {
	e := new(neighbour.Error)
	return errors.As(err, &e) && e.Code == code
}

// unless is an error, or nil if it is one of AWS's that says that there is nothing to do.
func unless(err error, code string) error {
	if is(err, code) {
		return nil
	}
	return err
}

const (
	exists = "ResourceAlreadyExistsException"
	gone   = "ResourceNotFoundException"
)

// turns keep calls of one operation apart.
type turns struct {
	pause time.Duration // between two; 0 is none

	mu   sync.Mutex
	next map[string]time.Time // by operation
}

func (t *turns) wait(ctx context.Context, operation string) error {
	if t.pause == 0 {
		return ctx.Err()
	}
	t.mu.Lock()
	if t.next == nil {
		t.next = map[string]time.Time{}
	}
	at := t.next[operation]
	if now := time.Now(); at.Before(now) {
		at = now
	}
	t.next[operation] = at.Add(t.pause)
	t.mu.Unlock()
	return pause(ctx, time.Until(at))
}
