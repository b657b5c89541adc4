package emulator

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/dataplane"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// An Emulator is one AWS account's device gateway. Methods are safe for
// concurrent use.
type Emulator struct {
	options       Options
	log           *slog.Logger
	logs          *logs
	trace         *trace.Recorder
	sessions      *session.Sessions
	hook          *hooks.Hook
	dataplane     *dataplane.Handler
	ca            *pki.CA
	server        *mqtt.Server
	room          *transport.Room
	listeners     map[string]*transport.Listener
	functionsFrom sources                     // who may have this machine run code
	origins       *http.CrossOriginProtection // of pages that may use what changes things

	mu       sync.Mutex
	account  *account
	disorder Disorder // the configuration's, or what was set since

	reloading sync.Mutex
	retired   <-chan struct{} // closed when the newest account that was replaced is; guarded by reloading
	watching  sync.WaitGroup
	stop      context.CancelFunc // ends the watching
	closing   sync.Once
}

// New assembles an emulator. Nothing listens and no process runs before
// [Emulator.Start]. An error about the configuration names its file and line.
func New(o Options) (*Emulator, error) {
	if o.Config == nil {
		o.Config = &Config{}
	}
	if o.Bind != "" && o.Bind != BindLoopback && o.Bind != BindAll {
		return nil, fmt.Errorf("bind is %q, want %s or %s", o.Bind, BindLoopback, BindAll)
	}
	o.Bounds = o.Bounds.withDefaults()
	logs := newLogs(o.Log, o.Bounds.LogPerSecond)
	o.Log = logs.logger()
	e := &Emulator{options: o, log: o.Log, logs: logs, listeners: make(map[string]*transport.Listener), stop: func() {}}
	e.room = transport.NewRoom(o.Bounds.transport())
	defer logs.flush() // what New has to say is said when it returns
	var err error
	if e.origins, err = newOrigins(o.AllowOrigins); err != nil {
		return nil, err
	}
	if e.functionsFrom, err = newSources(o.FunctionsFrom); err != nil {
		return nil, err
	}
	e.options.mayRun, e.options.origins = e.mayRun, e.origins
	e.options.trace, e.options.changed, e.options.invokeByName = e.newTrace(), e.changed, e.invokeByName
	e.options.granted = func(principalID, clientID string) (*authn.Grant, bool) { return e.hook.Granted(principalID, clientID) }
	e.options.connection = func(clientID string) (hooks.Connection, bool) { return e.hook.LastConnection(clientID) }
	e.options.announce = func(topic string, payload []byte) { e.hook.Announce(topic, payload) }
	e.trace = e.options.trace
	if e.ca, err = pki.Open(o.CADir); err != nil {
		return nil, err
	}
	e.options.ca = e.ca
	for _, w := range e.ca.Warnings() {
		e.log.Warn(w)
	}
	if err := o.keepPrivate(); err != nil {
		return nil, err
	}
	if e.sessions, err = o.sessions(); err != nil { // first: it locks the state directory
		return nil, err
	}
	if err := e.open(); err != nil {
		return nil, errors.Join(err, e.sessions.Close())
	}
	r := e.account.registry
	e.hook = hooks.New(hooks.Options{
		Partition: r.Partition(), Region: r.Region(), Account: r.Account(), Authenticate: e.authenticate, Review: e.review, Trace: e.trace, Sessions: e.sessions,
		LiftProtocolLimits: o.Config.Limits.Protocol == "off", RateLimits: o.Config.Limits.Rate == "aws",
	})
	e.SetDisorder(o.Config.Disorder)
	e.dataplane = dataplane.New(dataplane.Options{
		Authenticate: e.authenticate, Caches: e.cachesHTTP, Hook: e.hook, Sessions: e.sessions, Trace: e.trace,
	})
	return e, nil
}

// open makes the first account, of the configuration and the state directory.
func (e *Emulator) open() error {
	o := &e.options
	code, err := newFunctionCode(o.StateDir)
	if err != nil {
		return err
	}
	o.made = newMadeFunctions(code)
	if err := e.openWith(code); err != nil {
		if o.keeper != nil {
			o.keeper.stop()
		}
		return errors.Join(err, o.made.close())
	}
	return nil
}

func (e *Emulator) openWith(code *functionCode) (err error) {
	o := &e.options
	initial, err := o.initial(code)
	if err != nil {
		return err
	}
	if o.keeper, err = o.openKeeper(initial); err != nil {
		return err
	}
	o.made.kept = o.keeper.kept
	if e.account, err = o.account(nil, initial); err != nil {
		return err
	}
	e.account.warn(e.log)
	err = o.made.reconcile(o.keeper.registry.Functions(), initial, e.log)()
	o.made.tellUnused(e.log)
	return err
}

func (e *Emulator) newTrace() *trace.Recorder {
	o := trace.Options{OnEvent: e.logs.event, OnAgain: e.logs.again, Followers: e.options.Bounds.Followers}
	if e.options.CloudWatch != nil {
		o.Every = trace.CloudWatch(e.options.CloudWatch, cmp.Or(e.options.Config.AccountID, registry.DefaultAccount), e.logLevel)
	}
	return trace.New(o)
}

// logLevel is the level from which an event is in CloudWatch's log: what
// SetV2LoggingOptions and its like say, else the options.
func (e *Emulator) logLevel(ev trace.Event) slog.Level {
	a := e.use()
	defer a.users.Done()
	source, _ := netip.ParseAddrPort(ev.Source)
	level := trace.Level(a.registry.LogLevel(registry.LogSubject{
		EventType: string(ev.Operation), ClientID: ev.Client, PrincipalID: ev.Principal, SourceIP: source.Addr().String()}), e.options.CloudWatchLevel)
	if level <= slog.LevelError && !e.logs.entry(ev) {
		return trace.Disabled
	}
	return level
}

// Start listens. It returns when every listener is ready; ctx ends the start,
// not the emulator. After an error nothing is left running.
func (e *Emulator) Start(ctx context.Context) error {
	e.server = mqtt.New(&mqtt.Options{
		Logger:                 slog.New(slog.DiscardHandler), // it logs whole packets
		SysTopicResendInterval: 1 << 30,                       // there is no $SYS [B-238]
		Capabilities:           e.hook.Capabilities(),
	})
	err := e.server.AddHook(e.hook, nil)
	for _, name := range listenerNames {
		if err != nil {
			break
		}
		err = e.listen(name)
	}
	if err = cmp.Or(err, ctx.Err()); err == nil {
		err = e.server.Serve()
	}
	if err != nil {
		return errors.Join(err, e.Close())
	}
	if c := e.options.Config; c.stamp != "" && e.options.Watch {
		var watching context.Context
		watching, e.stop = context.WithCancel(context.Background())
		e.watching.Go(func() { e.watch(watching, c.file, c.stamp) })
	}
	return nil
}

// listen opens one listener, unless it is off.
func (e *Emulator) listen(name string) error {
	addr := e.options.address(name)
	if addr == "off" {
		return nil
	}
	l, err := transport.New(transport.Options{
		Name: name, Address: addr, CA: e.ca, ServerNames: e.serverNames, Domain: e.domain,
		Admit: e.admit, Handler: e.handler(name), Upgrade: e.upgrade, Reader: e.hook.Reader,
		Ended: e.hook.Ended, Problem: e.problem,
		BytesPerSecond: e.options.Config.Limits.throughput(), Log: e.log,
		Room: e.room, ConnectTimeout: e.options.Bounds.RequestTime, HeaderBytes: e.options.Bounds.HeaderBytes,
	})
	if err == nil {
		err = e.server.AddListener(l)
	}
	if err != nil {
		return fmt.Errorf("listener %s: %w", name, err)
	}
	e.listeners[name] = l
	return nil
}

// address is where a listener listens, or "off". A port alone is one of the
// loopback addresses, unless Bind opens it.
func (o Options) address(name string) string {
	addr := cmp.Or(o.Listeners.of(name), o.Config.Listeners.of(name), "127.0.0.1:0")
	if port, alone := strings.CutPrefix(addr, ":"); alone && o.Bind != BindAll {
		return "localhost:" + port
	}
	return addr
}

func (l Listeners) of(name string) string {
	return map[string]string{MQTT: l.MQTT, MQTTS: l.MQTTS, HTTPS: l.HTTPS, HTTP: l.HTTP}[name]
}

// Addr returns the address a listener has, as "127.0.0.1:8883"; "" if it is off
// or the emulator has not started.
func (e *Emulator) Addr(listener string) string {
	l := e.listeners[listener]
	if l == nil {
		return ""
	}
	return l.Address()
}

// ClientTLS returns a configuration that trusts the emulator; it is the
// caller's own. Set NextProtos to {"mqtt"} for MQTT with an authorizer on the
// https listener.
func (e *Emulator) ClientTLS() *tls.Config {
	return &tls.Config{RootCAs: e.ca.Pool(), ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

// CA returns the certificate that clients must trust, in PEM.
func (e *Emulator) CA() []byte { return e.ca.PEM() }

// Clients returns who is connected, sorted by client id.
func (e *Emulator) Clients() []hooks.ClientInfo { return e.hook.Clients() }

// Trace returns the record of decisions.
func (e *Emulator) Trace() *trace.Recorder { return e.trace }

// Advance brings every deadline nearer by d, as if that time had passed:
// refreshes and ends of connections, ends of sessions and of retained messages,
// the replay of what waited for a client, the expiry of temporary keys.
// The clock goes on as it is.
func (e *Emulator) Advance(d time.Duration) { _ = e.advance(d) } // the log has what could not be kept

// advance is Advance; its error says what the state directory does not have.
func (e *Emulator) advance(d time.Duration) error {
	a := e.use()
	defer a.users.Done()
	err := a.registry.Advance(d)
	e.hook.Advance(d)
	e.dataplane.Advance(d)
	return err
}

// Reset disconnects every client and forgets sessions, retained messages, the
// trace, and what the API changed, temporary credentials too. What the
// configuration says is as it says.
func (e *Emulator) Reset() { _ = e.reset() }

// reset is Reset; its error, which the log has too, says what may come back after a
// crash.
func (e *Emulator) reset() error {
	err := e.forget()
	e.hook.DisconnectAll()
	e.SetDisorder(e.configured().Disorder)
	err = errors.Join(err, e.hook.Clear())
	e.trace.Reset()
	e.logs.reset()
	e.room.ResetHits()
	if err != nil {
		e.log.Error("not all that was made is forgotten for good", "error", err)
	}
	return err
}

// configured is the present configuration.
func (e *Emulator) configured() *Config {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.account.config
}

// problem records a mistake below MQTT.
func (e *Emulator) problem(p transport.Problem) {
	outcome := trace.Note
	if p.Saw != "" {
		outcome = trace.Refused
	}
	e.trace.Record(trace.Event{
		Operation: trace.Transport, Outcome: outcome, Reason: p.Code, Detail: p.Detail, Hint: p.Hint, Rules: p.Rules, Saw: p.Saw,
		Listener: p.Facts.Listener, Source: p.Facts.Remote.String(), ServerName: p.Facts.ServerName,
	})
}
