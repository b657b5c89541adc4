package emulator

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tokens"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/emulator/unserved"
)

// An account is what a configuration describes, beside the registry, which all
// accounts share: what runs its functions and what answers. A reload replaces
// it whole; who is using it goes on doing so.
type account struct {
	config   *Config
	registry *registry.Registry
	runners  map[string]lambda.Runner // by function ARN
	made     *madeFunctions           // go before runners
	next     atomic.Pointer[account]  // after a reload
	authn    *authn.Authenticator
	tokens   *tokens.Handler
	control  *control.Handler
	soracom  *endorse.Service // nil unless configured
	users    sync.WaitGroup
}

// account builds what the options describe. initial is the configuration's own
// registry. A function that old runs in the same way is taken over with its warm
// processes.
func (o Options) account(old *account, initial *registry.Registry) (*account, error) {
	r := o.keeper.registry
	a := &account{config: o.Config, registry: r, runners: make(map[string]lambda.Runner), made: o.made}
	a.authn = &authn.Authenticator{Registry: r, Endpoints: a.config.endpoints(), Invoke: a.invoke, Announce: o.announce, Strangers: o.strangers()}
	a.tokens = tokens.New(tokens.Options{
		Registry: func() *registry.Registry { return r }, Verify: a.verify, Authenticate: a.authn.Authenticate, Trace: o.trace})
	a.control = control.New(control.Options{
		Registry: r, Authenticator: a.authn, CA: o.ca, Endpoint: a.config.endpoint,
		Granted: o.granted, Connection: o.connection,
		Verify: func(r *http.Request, body []byte, service string) error {
			_, err := a.verify(r, body, service)
			return err
		},
		MayRun: o.mayRun, Functions: a.functions(o.Log), NotImplemented: func(r *http.Request, message string) {
			unserved.Handler{Trace: o.trace}.Record(r, uuid.NewString(), message, "leave this call, or this member, out where the gateway is the endpoint")
		},
		Log: o.Log,
	})
	var err error
	if a.soracom, err = o.soracom(old, initial); err != nil {
		return nil, err
	}
	err = each(initial.Functions(), func(_ int, f registry.Function) (err error) {
		run := old.running(f, o.Config)
		if run == nil {
			run, err = o.runner(f.FunctionName, r, o.Log)
		}
		if err == nil {
			a.runners[f.FunctionArn] = run
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(o.Config.mistakes(nil, err), a.close(old))
	}
	return a, nil
}

// warn tells of functions that AWS IoT may invoke here and could not on AWS,
// unless permissions are enforced [A-138, D-6].
func (a *account) warn(log *slog.Logger) {
	for _, auth := range a.registry.Authorizers() {
		f, _ := a.registry.Function(auth.AuthorizerFunctionArn)
		_, configured := a.config.Functions[f.FunctionName]
		if configured && f.Permissions == nil && auth.Status == registry.Active && a.config.LambdaPermissions != "enforce" {
			log.Warn("on AWS this function needs a permission that lets AWS IoT invoke it (D-6)",
				"function", f.FunctionName, "sourceArn", auth.AuthorizerArn)
		}
	}
}

// running returns what runs a function, if c describes it as the account's own
// configuration does.
func (a *account) running(f registry.Function, c *Config) lambda.Runner {
	if a == nil || a.config.dir != c.dir || !reflect.DeepEqual(a.config.Functions[f.FunctionName], c.Functions[f.FunctionName]) {
		return nil
	}
	return a.runners[f.FunctionArn]
}

// close ends what runs the functions, except for what other has too.
func (a *account) close(other *account) error {
	var own []lambda.Runner
	for arn, r := range a.runners {
		if other == nil || other.runners[arn] != r {
			own = append(own, r)
		}
	}
	return closeAll(own)
}

// invoke calls a Lambda function by its ARN.
func (a *account) invoke(ctx context.Context, arn string, event []byte) ([]byte, error) {
	return a.run(ctx, lambda.Invocation{FunctionARN: arn, Event: event})
}

// verify verifies the signature of a call to an AWS API. Keys that are not
// configured may call too, as the account's root: local stand-ins let test/test
// in. STS hands out what counts elsewhere: it refuses an id of AWS's form that it
// does not know. Temporary keys are never unknown, nor is what is nearly a
// configured key.
func (a *account) verify(r *http.Request, body []byte, service string) (registry.Credential, error) {
	c, err := a.authn.VerifyRequest(r, body, service)
	e, id := new(authn.Error), accessKeyOf(r)
	strange := strings.HasPrefix(id, "ASIA") || service == "sts" && strings.HasPrefix(id, "AKIA")
	if errors.As(err, &e) && e.Code == "InvalidClientTokenId" && !strange {
		if _, known := a.registry.Credential(id); !known && !a.authn.NearKey(id) {
			return registry.Credential{AccessKeyID: id}, nil
		}
	}
	return c, err
}

// accessKeyOf is the access key id that a signature names.
func accessKeyOf(r *http.Request) string {
	_, scope, inHeader := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !inHeader {
		scope = r.URL.Query().Get("X-Amz-Credential")
	}
	id, _, _ := strings.Cut(scope, "/")
	return id
}

// use returns the present account. The caller calls users.Done.
func (e *Emulator) use() *account {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.account.users.Add(1)
	return e.account
}

// authenticate asks the present account who a connection is.
func (e *Emulator) authenticate(ctx context.Context, r authn.Request) (*authn.Grant, error) {
	a := e.use()
	defer a.users.Done()
	return a.authn.Authenticate(ctx, r)
}

// review says what the present account makes of a connection's grant.
func (e *Emulator) review(r authn.Request, old *authn.Grant) (*authn.Grant, error) {
	a := e.use()
	defer a.users.Done()
	return a.authn.Review(r, old)
}

// upgrade judges a WebSocket upgrade by its signature, if it has one.
func (e *Emulator) upgrade(f *transport.Facts) *transport.Answer {
	a := e.use()
	defer a.users.Done()
	answer, err := a.authn.Upgrade(f)
	if err != nil {
		e.hook.RefuseUpgrade(f, err)
	}
	return answer
}

// cachesHTTP reports whether an authorizer's answers may be kept for the
// requests of one HTTPS connection.
func (e *Emulator) cachesHTTP(authorizer string) bool {
	a := e.use()
	defer a.users.Done()
	found, _ := a.registry.Authorizer(authorizer)
	return found.EnableCachingForHttp
}

// serverNames are the host names of the default endpoints.
func (e *Emulator) serverNames() []string {
	a := e.use()
	defer a.users.Done()
	return append(a.serverNames(), e.options.Hosts...)
}

func (a *account) serverNames() []string {
	names := a.config.serverNames()
	if a.soracom != nil {
		names = append(names, a.soracom.Hosts()...)
	}
	return names
}
