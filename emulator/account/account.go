package account

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/dataplane"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/services/rules"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/tap"
	"github.com/suback/suback/emulator/tokens"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// An Account is one AWS account in one region: what there is in it, who is connected,
// and what was decided. It knows of no other. Methods are safe for concurrent use.
type Account struct {
	*Shared
	name      string
	options   Options // Config is what it began with; see setup
	log       *slog.Logger
	registry  *registry.Registry
	key       registry.Credential // of a copy
	keeper    *keeper
	code      *functions.Code
	made      *functions.Made // go before those of the setup
	trace     *trace.Recorder
	stories   *story.Book  // nil: none
	store     *store.Store // nil: everything is in memory alone
	sessions  *session.Sessions
	shadows   *shadow.Shadows
	hook      *hooks.Hook
	rules     *rules.Engine
	keys      egress.Keys  // of what rules send
	port      atomic.Int32 // by which the API is reached; 0: by none yet
	started   atomic.Int64 // bytes of the events for functions that rules had run, not done yet
	broker    transport.Broker
	authn     *authn.Authenticator
	tokens    *tokens.Handler
	control   *control.Handler
	dataplane *dataplane.Handler
	server    *mqtt.Server

	faults *faults.Set
	tap    *tap.Set

	mu       sync.Mutex
	setup    *setup          // goes with registry: a reload changes both
	disorder config.Disorder // the configuration's, or what was set since

	reloading sync.Mutex
	retired   <-chan struct{} // closed when the newest setup that was replaced is; guarded by reloading
	retiring  sync.WaitGroup

	visits *visits
}

// Open makes an account of its configuration and state directory. It takes connections
// after Serve.
func Open(o Options) (*Account, error) {
	a := &Account{Shared: o.Shared, name: o.Name, options: o, log: o.Shared.Log, visits: newVisits(),
		faults: faults.New(), tap: tap.New()}
	if o.Name != "" {
		a.log = a.log.With("account", o.Name)
	}
	if err := a.keepPrivate(); err != nil {
		return nil, err
	}
	a.trace = a.newTrace()
	if o.Stories >= 0 {
		a.stories = story.New(story.Options{Messages: o.Stories, Room: o.Shared.StoryRoom})
	}
	var err error
	if a.store, err = a.openStore(); err != nil { // first: it locks the state directory
		return nil, err
	}
	if err := a.open(); err != nil {
		return nil, errors.Join(err, a.closeStore())
	}
	return a, nil
}

// open makes what is in the account and who answers for it.
func (a *Account) open() (err error) {
	if a.sessions, err = a.openSessions(); err != nil {
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
	initial, err := a.initial(&a.options)
	if err != nil {
		return err
	}
	config := a.options.Config
	a.hook = hooks.New(hooks.Options{
		Partition: initial.Partition(), Region: initial.Region(), Account: initial.Account(),
		Authenticate: a.authenticate, Review: a.review, Trace: a.trace, Sessions: a.sessions, Stories: a.stories,
		Faults: a.faults, Tap: a.tap,
		LiftProtocolLimits: config.Limits.Protocol == "off", RateLimits: config.Limits.Rate == "aws",
		Now:   func() time.Time { return a.registry.Now() },
		Tells: func(event string) bool { return a.registry.EventConfigurations().Enabled[event] },
	})
	if a.keeper, err = a.openKeeper(initial); err != nil {
		return err
	}
	a.registry = a.keeper.registry
	if err := a.openShadows(); err != nil {
		return err
	}
	if err := a.putShadows(config, nil); err != nil {
		return err
	}
	a.openRules(a.services)
	a.answer()
	if a.setup, err = a.newSetup(nil, initial, config); err != nil {
		return err
	}
	a.warn()
	a.tellEnabled(initial)
	a.SetDisorder(config.Disorder)
	a.setEnforce(config)
	a.server, err = a.hook.Engine()
	a.broker = a.newBroker()
	err = errors.Join(err, a.made.Reconcile(a.registry.Functions(), initial)())
	a.made.TellUnused()
	return err
}

// ClientTLS returns a configuration that trusts the CA, with a server name that is this
// account's; it is the caller's own.
func (a *Account) ClientTLS() *tls.Config {
	name := "localhost"
	if a.name != "" {
		name = a.name + ".localhost"
	}
	return &tls.Config{RootCAs: a.CA.Pool(), ServerName: name, MinVersion: tls.VersionTLS12}
}

// Name is the account's name, "" for that of the file itself.
func (a *Account) Name() string { return a.name }

// ID is the account's id, 12 digits.
func (a *Account) ID() string { return a.registry.Account() }

// Endpoint is the host name of the account's data plane, as DescribeEndpoint answers
// it: connections that name it, in SNI or Host, are this account's.
func (a *Account) Endpoint() string {
	name, _ := a.Config().Endpoint("iot:Data-ATS")
	return name
}

// Clients returns who is connected, sorted by client id.
func (a *Account) Clients() []hooks.ClientInfo { return a.hook.Clients() }

// Trace returns the record of decisions.
func (a *Account) Trace() *trace.Recorder { return a.trace }

// Story returns what became of the message with a trace id; ok is false if it is not
// kept, or any more.
func (a *Account) Story(id string) (s story.Story, ok bool) { return a.hook.Story(id) }

// Messages returns the latest messages, newest first, in the short form of their stories.
func (a *Account) Messages(q hooks.Selection) []story.Story { return a.hook.Messages(q) }

// Stories reports whether it is kept what becomes of messages.
func (a *Account) Stories() bool { return a.stories != nil }

// mostAdvanced is how far the clock may be ahead: a time that is kept in nanoseconds ends in 2262, and
// a deadline that means never (hooks/lifetime.go) must not come.
const mostAdvanced = 99 * 365 * 24 * time.Hour

// ErrTooFar means that the clock would be too far ahead: nothing was advanced.
var ErrTooFar = errors.New("the clock is never more than 99 years ahead, want less: a reset takes it back")

// Advance brings every deadline nearer by d, as if that time had passed. Its error is ErrTooFar, or says
// what the state directory does not have; the log has it too.
func (a *Account) Advance(d time.Duration) error {
	if d > mostAdvanced-a.registry.Advanced() {
		a.log.Error("not advanced", "by", d, "error", ErrTooFar)
		return ErrTooFar
	}
	err := a.registry.Advance(d)
	a.hook.Advance(d)
	a.dataplane.Advance(d)
	return err
}

// Reset disconnects every client and forgets sessions, retained messages, trace, stories, and what
// the API changed. Its error, which the log has too, says what may come back after a crash.
func (a *Account) Reset() error {
	err := a.forget()
	a.hook.DisconnectAll()
	a.faults.Clear()
	a.SetDisorder(a.Config().Disorder)
	err = errors.Join(err, a.hook.Clear(), a.shadows.Clear(), a.putShadows(a.Config(), nil))
	a.rules.Clear()
	a.trace.Reset()
	if asked := a.hook.Asked(); asked != nil {
		asked.Reset()
	}
	a.stories.Reset()
	if a.name == "" {
		a.Logs.Reset()
		a.Room.ResetHits()
		a.Stored.ResetHits()
		a.ShadowRoom.ResetHits()
	}
	if err != nil {
		a.log.Error("not all that was made is forgotten for good", "error", err)
	}
	return err
}

// Registry is what exists in the account.
func (a *Account) Registry() *registry.Registry { return a.registry }

// Hook is who is connected.
func (a *Account) Hook() *hooks.Hook { return a.hook }

// Key is the access key that a copy has for itself; other accounts have none such.
func (a *Account) Key() registry.Credential { return a.key }

// Origin is the account's id in its configuration: a copy has the other's.
func (a *Account) Origin() string {
	if a.options.CopyOf != "" {
		return a.options.CopyOf
	}
	return a.ID()
}

// IsCopy tells an account that is none of the configuration's.
func (a *Account) IsCopy() bool { return a.options.CopyOf != "" }

// Logger is for what happens to the account, by its name.
func (a *Account) Logger() *slog.Logger { return a.log }
