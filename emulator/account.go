package emulator

import (
	"context"
	"crypto/tls"
	"path/filepath"
	"slices"
	"time"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/learn"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// An Account is one AWS account in one region: what there is in it, who is connected,
// and what was decided. Several may live in one [Emulator], and none knows of another.
// Methods are safe for concurrent use.
type Account struct {
	of        *account.Account
	e         *Emulator
	options   Options
	listeners []*listener // its own; those of the first account are everybody's
}

// newAccount makes an account of the options' configuration and state directory. A copy of
// another has its id in copyOf.
func (e *Emulator) newAccount(name string, o Options, copyOf string) (*Account, error) {
	of, err := account.Open(account.Options{Shared: e.shared, Name: name, Config: o.Config, Go: o.inGo(),
		StateDir: o.StateDir, OnDisk: o.Durability == DurableDisk, ReplayPerSecond: o.ReplayPerSecond,
		Stories: o.Stories, CopyOf: copyOf})
	if err != nil {
		return nil, err
	}
	return &Account{of: of, e: e, options: o}, nil
}

// inGo is what no configuration says.
func (o Options) inGo() config.InGo {
	return config.InGo{Functions: o.Functions, Authorizer: o.Authorizer}
}

// named returns the options of an account of the configuration.
func (o Options) named(c *Config, name string) Options {
	o.Config, o.Authorizer, o.Listeners = c.Named(name), nil, Listeners{} // they are the emulator's
	if o.StateDir != "" {
		o.StateDir = filepath.Join(o.StateDir, "accounts", name)
	}
	return o
}

// Addr returns the address of a listener by which the account can be reached, its own
// before one of all accounts, as "127.0.0.1:8883"; "" if it is off or the emulator has
// not started.
func (a *Account) Addr(listener string) string {
	a.e.starting.Lock()
	defer a.e.starting.Unlock()
	for _, l := range append(slices.Clone(a.listeners), a.e.first.listeners...) {
		if l.ID() == listener {
			return l.Address()
		}
	}
	return ""
}

// ClientTLS returns a configuration that trusts the emulator, with a server name that
// is this account's; it is the caller's own. Set NextProtos to {"mqtt"} for MQTT with
// an authorizer on the https listener.
func (a *Account) ClientTLS() *tls.Config { return a.of.ClientTLS() }

// Name is the account's name in the configuration, "" for that of the file itself.
func (a *Account) Name() string { return a.of.Name() }

// ID is the account's id, 12 digits.
func (a *Account) ID() string { return a.of.ID() }

// Endpoint is the host name of the account's data plane, as DescribeEndpoint answers
// it: connections that name it, in SNI or Host, are this account's.
func (a *Account) Endpoint() string { return a.of.Endpoint() }

// Clients returns who is connected, sorted by client id.
func (a *Account) Clients() []hooks.ClientInfo { return a.of.Clients() }

// Trace returns the record of decisions.
func (a *Account) Trace() *trace.Recorder { return a.of.Trace() }

// A Story is what became of one message: who published it, who got it and when, who did
// not and why.
type Story = story.Story

// Story returns what became of the message with a trace id, as the trace and
// [Account.Messages] have it; ok is false if it is not kept, or any more.
func (a *Account) Story(id string) (s Story, ok bool) { return a.of.Story(id) }

// Messages returns the latest messages, newest first, in the short form of their stories.
func (a *Account) Messages(q Selection) []Story { return a.of.Messages(q) }

// A Selection says which messages are wanted; the zero one wants all, 100 at most.
type Selection = hooks.Selection

// Advance brings every deadline nearer by d, as if that time had passed:
// refreshes and ends of connections, ends of sessions and of retained messages,
// the replay of what waited for a client, the expiry of temporary keys.
// The clock goes on as it is, and so does the keep alive of who is connected.
func (a *Account) Advance(d time.Duration) { _ = a.of.Advance(d) } // the log has what could not be kept

// Reset disconnects every client and forgets sessions, retained messages, the
// trace, stories, and what the API changed, temporary credentials too. What the
// configuration says is as it says.
func (a *Account) Reset() { _ = a.of.Reset() } // the log has what may come back after a crash

// SetDisorder replaces what the configuration says, until a Reset or until the file
// says something else. For each connection it counts from its next PUBLISH on.
func (a *Account) SetDisorder(d Disorder) { a.of.SetDisorder(d) }

// Disorder returns what is out of order at present.
func (a *Account) Disorder() Disorder { return a.of.Disorder() }

// AddFault asks for a failure, to see what a client makes of it, until a Reset; see [Fault]
// for what there is. It is returned with its id. One that is for clients strikes those who
// are connected before AddFault returns. The error names the field and what was wanted.
func (a *Account) AddFault(f Fault) (Fault, error) { return a.of.AddFault(f) }

// Faults are those that may still strike, the oldest first.
func (a *Account) Faults() []Fault { return a.of.Faults().All() }

// RemoveFault takes a fault back, and reports whether there was one of this id. What is
// late already stays late.
func (a *Account) RemoveFault(id int) bool { return a.of.Faults().Remove(id) }

// Enforce says what becomes at present of what a policy does not allow: EnforceDeny or
// EnforceLog.
func (a *Account) Enforce() string { return a.of.Enforce() }

// An AskedRequest is a question that a policy was asked.
type AskedRequest = learn.Request

// Asked returns the distinct questions that policies were asked of a client id, "" for
// all, in the order in which they were first asked, with a Seq above since. It has some
// only where Enforce is EnforceLog, the first 10,000.
func (a *Account) Asked(clientID string, since uint64) []AskedRequest {
	if asked := a.of.Hook().Asked(); asked != nil {
		return asked.Requests(clientID, since)
	}
	return nil
}

// A Trial is what an authorizer did with a made-up connection.
type Trial = account.Trial

// Try asks the authorizer that r selects, as a CONNECT would. The emulator need
// not have started.
func (a *Account) Try(ctx context.Context, r authn.Request) Trial { return a.of.Try(ctx, r) }
