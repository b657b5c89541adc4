package emulator

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	mqtt "github.com/mochi-mqtt/server/v2"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/dataplane"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/sigv4"
	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/tokens"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/emulator/unserved"
	"github.com/suback/suback/hooks"
)

// An Account is one AWS account in one region: what there is in it, who is connected,
// and what was decided. Several may live in one [Emulator], and none knows of another.
// Methods are safe for concurrent use.
type Account struct {
	*gateway
	name      string  // "" for that of the file itself
	options   Options // Config is what it began with; see setup
	log       *slog.Logger
	registry  *registry.Registry
	keeper    *keeper
	code      *functions.Code
	made      *functions.Made // go before those of the setup
	trace     *trace.Recorder
	store     *store.Store // nil: everything is in memory alone
	sessions  *session.Sessions
	hook      *hooks.Hook
	authn     *authn.Authenticator
	tokens    *tokens.Handler
	control   *control.Handler
	dataplane *dataplane.Handler
	server    *mqtt.Server
	listeners []*listener // its own; those of the first account are everybody's

	mu       sync.Mutex
	setup    *setup   // goes with registry: a reload changes both
	disorder Disorder // the configuration's, or what was set since

	reloading sync.Mutex
	retired   <-chan struct{} // closed when the newest setup that was replaced is; guarded by reloading
	retiring  sync.WaitGroup

	visits *visits
}

// newAccount makes an account of the options' configuration and state directory.
func newAccount(g *gateway, name string, o Options) (*Account, error) {
	a := &Account{gateway: g, name: name, options: o, log: g.log, visits: newVisits()}
	if name != "" {
		a.log = g.log.With("account", name)
	}
	a.options.Log = a.log
	if err := a.options.keepPrivate(); err != nil {
		return nil, err
	}
	a.trace = a.newTrace()
	var err error
	if a.store, err = a.options.openStore(); err != nil { // first: it locks the state directory
		return nil, err
	}
	if err := a.open(); err != nil {
		return nil, errors.Join(err, a.closeStore())
	}
	return a, nil
}

// open makes what is in the account and who answers for it.
func (a *Account) open() (err error) {
	if a.sessions, err = a.options.openSessions(a.store, a.stored); err != nil {
		return err
	}
	if a.code, err = functions.OpenCode(a.options.StateDir); err != nil {
		return err
	}
	a.made = functions.NewMade(a.code, func() bool { return a.keeper.kept() }, a.log)
	if err := a.openWith(); err != nil {
		return errors.Join(err, a.made.Close())
	}
	return nil
}

func (a *Account) openWith() error {
	initial, err := a.options.initial(a.code)
	if err != nil {
		return err
	}
	config := a.options.Config
	a.hook = hooks.New(hooks.Options{
		Partition: initial.Partition(), Region: initial.Region(), Account: initial.Account(),
		Authenticate: a.authenticate, Review: a.review, Trace: a.trace, Sessions: a.sessions,
		LiftProtocolLimits: config.Limits.Protocol == "off", RateLimits: config.Limits.Rate == "aws",
	})
	if a.keeper, err = a.options.openKeeper(a.store, initial, a.hook.Review); err != nil {
		return err
	}
	a.registry = a.keeper.registry
	a.answer()
	if a.setup, err = a.newSetup(nil, initial, config); err != nil {
		return err
	}
	a.warn()
	a.SetDisorder(config.Disorder)
	a.server, err = a.hook.Engine()
	err = errors.Join(err, a.made.Reconcile(a.registry.Functions(), initial)())
	a.made.TellUnused()
	return err
}

// answer makes what answers requests; each asks for what the account is just then.
func (a *Account) answer() {
	a.authn = &authn.Authenticator{Registry: a.registry, Setting: a.setting, Invoke: a.invoke,
		Announce: a.hook.Announce}
	a.tokens = tokens.New(tokens.Options{
		Registry: a.registry, Verify: a.verify, Authenticate: a.authenticate, Trace: a.trace})
	a.control = control.New(control.Options{
		Registry: a.registry, Authenticator: a.authn, CA: a.ca,
		Granted: a.hook.Granted, Connection: a.hook.LastConnection,
		Endpoint: func(kind string) (string, error) { return a.config().Endpoint(kind) },
		Verify: func(r *http.Request, body []byte, service string) error {
			_, err := a.verify(r, body, service)
			return err
		},
		MayRun: a.mayRun, Functions: a.functions(), NotImplemented: func(r *http.Request, message string) {
			unserved.Handler{Trace: a.trace}.Record(r, uuid.NewString(), message,
				"leave this call, or this member, out where the gateway is the endpoint")
		},
		Log: a.log,
	})
	a.dataplane = dataplane.New(dataplane.Options{
		Authenticate: a.authenticate, Caches: a.cachesHTTP, Hook: a.hook, Sessions: a.sessions, Trace: a.trace,
	})
}

func (a *Account) newTrace() *trace.Recorder {
	o := trace.Options{
		OnEvent:   func(ev trace.Event) { a.logs.Event(a.name, ev) },
		OnAgain:   a.logs.Again,
		Followers: a.bounds.Followers,
	}
	if a.cloudWatch != nil {
		o.Every = trace.CloudWatch(a.cloudWatch, cmp.Or(a.options.Config.AccountID, registry.DefaultAccount),
			a.logLevel)
	}
	return trace.New(o)
}

// logLevel is the level from which an event is in CloudWatch's log: what
// SetV2LoggingOptions and its like say, else the options.
func (a *Account) logLevel(ev trace.Event) slog.Level {
	source, _ := netip.ParseAddrPort(ev.Source)
	level := trace.Level(a.registry.LogLevel(registry.LogSubject{
		EventType: string(ev.Operation), ClientID: ev.Client, PrincipalID: ev.Principal, SourceIP: source.Addr().
				String(),
	}), a.options.CloudWatchLevel)
	if level <= slog.LevelError && !a.logs.Entry(ev) {
		return trace.Disabled
	}
	return level
}

// Addr returns the address of a listener by which the account can be reached, its own
// before one of all accounts, as "127.0.0.1:8883"; "" if it is off or the emulator has
// not started.
func (a *Account) Addr(listener string) string {
	a.starting.Lock()
	defer a.starting.Unlock()
	for _, l := range append(slices.Clone(a.listeners), a.first.listeners...) {
		if l.ID() == listener {
			return l.Address()
		}
	}
	return ""
}

// ClientTLS returns a configuration that trusts the emulator, with a server name that
// is this account's; it is the caller's own. Set NextProtos to {"mqtt"} for MQTT with
// an authorizer on the https listener.
func (a *Account) ClientTLS() *tls.Config {
	name := "localhost"
	if a.name != "" {
		name = a.name + ".localhost"
	}
	return &tls.Config{RootCAs: a.ca.Pool(), ServerName: name, MinVersion: tls.VersionTLS12}
}

// Name is the account's name in the configuration, "" for that of the file itself.
func (a *Account) Name() string { return a.name }

// ID is the account's id, 12 digits.
func (a *Account) ID() string { return a.registry.Account() }

// Endpoint is the host name of the account's data plane, as DescribeEndpoint answers
// it: connections that name it, in SNI or Host, are this account's.
func (a *Account) Endpoint() string {
	name, _ := a.config().Endpoint("iot:Data-ATS")
	return name
}

// Clients returns who is connected, sorted by client id.
func (a *Account) Clients() []hooks.ClientInfo { return a.hook.Clients() }

// Trace returns the record of decisions.
func (a *Account) Trace() *trace.Recorder { return a.trace }

// Advance brings every deadline nearer by d, as if that time had passed:
// refreshes and ends of connections, ends of sessions and of retained messages,
// the replay of what waited for a client, the expiry of temporary keys.
// The clock goes on as it is.
func (a *Account) Advance(d time.Duration) { _ = a.advance(d) } // the log has what could not be kept

// advance is Advance; its error says what the state directory does not have.
func (a *Account) advance(d time.Duration) error {
	err := a.registry.Advance(d)
	a.hook.Advance(d)
	a.dataplane.Advance(d)
	return err
}

// Reset disconnects every client and forgets sessions, retained messages, the
// trace, and what the API changed, temporary credentials too. What the
// configuration says is as it says.
func (a *Account) Reset() { _ = a.reset() }

// reset is Reset; its error, which the log has too, says what may come back after a
// crash.
func (a *Account) reset() error {
	err := a.forget()
	a.hook.DisconnectAll()
	a.SetDisorder(a.config().Disorder)
	err = errors.Join(err, a.hook.Clear())
	a.trace.Reset()
	if a.name == "" {
		a.logs.Reset()
		a.room.ResetHits()
		a.stored.ResetHits()
	}
	if err != nil {
		a.log.Error("not all that was made is forgotten for good", "error", err)
	}
	return err
}

// authenticate says who a connection is.
func (a *Account) authenticate(ctx context.Context, r authn.Request) (*authn.Grant, error) {
	return a.authn.Authenticate(ctx, r)
}

// review says what a connection may do now.
func (a *Account) review(r authn.Request, old *authn.Grant) (*authn.Grant, error) {
	return a.authn.Review(r, old)
}

// upgrade judges a WebSocket upgrade by its signature, if it has one.
func (a *Account) upgrade(f *transport.Facts) *transport.Answer {
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
	e, id := new(authn.Error), accessKeyOf(r)
	strange := strings.HasPrefix(id, "ASIA") || service == "sts" && strings.HasPrefix(id, "AKIA")
	if errors.As(err, &e) && e.Reason == "InvalidClientTokenId" && !strange {
		if _, known := a.registry.Credential(id); !known && !a.authn.NearKey(id) {
			return registry.Credential{AccessKeyID: id}, nil
		}
	}
	return c, err
}

// accessKeyOf is the access key id that a signature names, up to its first slash: no
// id has one.
func accessKeyOf(r *http.Request) string {
	id, _, _ := strings.Cut(sigv4.IdentityOf(r).AccessKeyID, "/")
	return id
}

// problem records a mistake below MQTT.
func (a *Account) problem(p transport.Problem) {
	outcome := trace.Note
	if p.Saw != "" {
		outcome = trace.Refused
	}
	a.trace.Record(trace.Event{
		Operation: trace.Transport, Outcome: outcome, Saw: p.Saw,
		Cause:    p.Cause,
		Listener: p.Facts.Listener, Source: p.Facts.Remote.String(), ServerName: p.Facts.ServerName,
	})
}
