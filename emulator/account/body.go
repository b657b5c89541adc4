package account

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// The body of a request
//
//   - is read before anybody is asked who sends it, since all of it is signed: so
//     there is a time for it, and a size
//   - and before an account is held, so that nobody waits for a slow client

// maxAdminBody is in bytes: the admin API takes policies and messages; most of it takes less.
const maxAdminBody = 1 << 20

// bodyLimit is how many bytes of a request are read. What is longer is refused by
// who answers, in the words of its service.
func (a *Account) bodyLimit(r *http.Request) int64 {
	limit := int64(control.MaxBody)
	switch {
	case IsAdmin(r):
		limit = maxAdminBody
	case onDataPlane(r):
		limit = int64(a.hook.MaxPayload())
	case control.IsLambda(r) && a.mayRun(r) == nil:
		limit = control.MaxLambdaBody
	}
	return min(limit, int64(a.BodyBytes))
}

// ReadBody replaces the body of a request by what has been read of it: all, or one
// byte more than there may be. It returns false if the request has been answered.
func (a *Account) ReadBody(w http.ResponseWriter, r *http.Request) bool {
	limit, patience := a.bodyLimit(r), a.RequestTime
	wire := http.NewResponseController(w)
	_ = wire.SetReadDeadline(time.Now().Add(patience))
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err == nil && int64(len(body)) <= limit { // else net/http reads on before it answers, in that time
		_ = wire.SetReadDeadline(time.Time{})
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		a.Room.Hit(transport.BoundTime)
		a.TurnAway(w, r, http.StatusRequestTimeout, "RequestTimeoutException", trace.Event{Cause: cause.Cause{
			Reason: "REQUEST_TIMEOUT",
			Detail: fmt.Sprintf("the body did not come to its end within %v, %d bytes came", patience, len(body)),
			Hint:   "--request-time (SUBACK_REQUEST_TIME) gives more",
		}})
		return false
	case err == nil && int64(len(body)) > limit && IsAdmin(r):
		Refuse(w, http.StatusRequestEntityTooLarge,
			fmt.Sprintf("the body has more than %d bytes, which is all that the admin API takes", limit))
		return false
	case err == nil && int64(len(body)) > limit && limit == int64(a.BodyBytes):
		a.Room.Hit(transport.BoundBody)
		a.TurnAway(w, r, http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", trace.Event{
			Cause: cause.Cause{Reason: "REQUEST_TOO_LARGE",
				Detail: fmt.Sprintf("the body has more than %d bytes", limit),
				Hint:   "--max-body (SUBACK_MAX_BODY) takes more"},
		})
		return false
	}
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), unread{err}))
	return true
}

// unread is what comes after what was read of a body: the error, or its end.
type unread struct{ err error }

func (u unread) Read([]byte) (int, error) { return 0, cmp.Or(u.err, io.EOF) }

// IsAdmin tells a path of the admin API.
func IsAdmin(r *http.Request) bool {
	for _, prefix := range []string{"/_suback/", "/_localstack/", "/moto-api/"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return true
		}
	}
	return r.URL.Path == "/health" || r.URL.Path == "/metrics"
}
