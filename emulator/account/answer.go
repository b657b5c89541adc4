package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/dataplane"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4"
	"github.com/suback/suback/emulator/tokens"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/emulator/unserved"
)

// Who answers for an account, and who is whom.

// answer makes what answers requests; each asks for what the account is just then.
func (a *Account) answer() {
	a.authn = &authn.Authenticator{Registry: a.registry, Setting: a.setting, Invoke: a.invoke,
		Announce: a.hook.Announce}
	a.tokens = tokens.New(tokens.Options{
		Registry: a.registry, Verify: a.verify, Authenticate: a.authenticate, Trace: a.trace})
	a.control = control.New(control.Options{
		Registry: a.registry, Authenticator: a.authn, CA: a.CA,
		Granted: a.hook.Granted, Connection: a.hook.LastConnection,
		Endpoint: func(kind string) (string, error) { return a.Config().Endpoint(kind) },
		Verify: func(r *http.Request, body []byte, service string) error {
			_, err := a.verify(r, body, service)
			return err
		},
		MayRun: a.mayRun, Functions: a.functions(), NotImplemented: func(r *http.Request, message string) {
			unserved.Handler{Trace: a.trace}.Record(r, uuid.NewString(), message,
				"leave this call, or this member, out where the gateway is the endpoint")
		},
		Refused: func(r *http.Request, status int, why cause.Cause) {
			f := transport.FactsFrom(r.Context())
			a.trace.Record(trace.Event{Operation: trace.Transport, Outcome: trace.Refused, TraceID: uuid.NewString(),
				Protocol: "HTTP", Cause: why, Listener: f.Listener, Source: f.Remote.String(),
				ServerName: f.ServerName, Saw: fmt.Sprintf("%d %s", status, http.StatusText(status))})
		},
		Log: a.log,
	})
	a.dataplane = dataplane.New(dataplane.Options{
		Authenticate: a.authenticate, Caches: a.cachesHTTP, Hook: a.hook, Sessions: a.sessions, Trace: a.trace,
		Shadows: a.shadows, TellShadow: a.tellShadow, Own: a.Own,
	})
}

// authenticate says who a connection is.
func (a *Account) authenticate(ctx context.Context, r authn.Request) (*authn.Grant, error) {
	return a.authn.Authenticate(ctx, r)
}

// review says what a connection may do now.
func (a *Account) review(r authn.Request, old *authn.Grant) (*authn.Grant, error) {
	return a.authn.Review(r, old)
}

// Upgrade judges a WebSocket upgrade by its signature, if it has one.
func (a *Account) Upgrade(f *transport.Facts) *transport.Answer {
	answer, err := a.authn.Upgrade(f)
	if err != nil {
		a.hook.RefuseUpgrade(f, err)
	}
	return answer
}

// cachesHTTP reports whether an authorizer's answers may be kept for the
// requests of one HTTPS connection.
func (a *Account) cachesHTTP(authorizer string) bool {
	found, _ := a.registry.Authorizer(authorizer)
	return found.EnableCachingForHttp
}

// verify verifies the signature of a call to an AWS API. Keys that are not
// configured may call too, as the account's root: local stand-ins let test/test
// in. STS hands out what counts elsewhere: it refuses an id of AWS's form that it
// does not know. Temporary keys are never unknown, nor is what is nearly a
// configured key.
func (a *Account) verify(r *http.Request, body []byte, service string) (registry.Credential, error) {
	c, err := a.authn.VerifyRequest(r, body, service)
	e, id := new(authn.Error), AccessKeyOf(r)
	strange := strings.HasPrefix(id, "ASIA") || service == "sts" && strings.HasPrefix(id, "AKIA")
	if errors.As(err, &e) && e.Reason == "InvalidClientTokenId" && !strange {
		if _, known := a.registry.Credential(id); !known && !a.authn.NearKey(id) {
			return registry.Credential{AccessKeyID: id}, nil
		}
	}
	return c, err
}

// AccessKeyOf is the access key id that a signature names, up to its first slash: no
// id has one.
func AccessKeyOf(r *http.Request) string {
	id, _, _ := strings.Cut(sigv4.IdentityOf(r).AccessKeyID, "/")
	return id
}
