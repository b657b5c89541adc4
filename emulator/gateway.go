package emulator

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sync"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/durable"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/logs"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/transport"
)

// A gateway is what all accounts of an emulator have together: their listeners' bounds, names
// and state.
type gateway struct {
	bounds Bounds
	hosts  []string
	shared *account.Shared

	starting sync.Mutex // guards what is below, and the listeners of all accounts
	started  bool
	over     bool // no account is made any more
}

var hostForm = regexp.MustCompile(`\A(\*\.)?[\w.-]+\z`)

// newGateway returns what the options say of it, with its defaults.
func newGateway(o Options) (*gateway, error) {
	bounds := o.Bounds.withDefaults()
	log := logs.New(o.Log, bounds.LogPerSecond)
	defer log.Flush()
	shared := &account.Shared{Logs: log, Log: log.Logger(),
		Room: transport.NewRoom(bounds.transport(), o.FreeMemory), Stored: session.NewRoom(bounds.sessions()),
		StoryRoom: story.NewRoom(0), ShadowRoom: shadow.NewRoom(bounds.ShadowBytes),
		CloudWatchLevel: o.CloudWatchLevel, Enforce: o.Enforce,
		Own:       &egress.Own{},
		Followers: bounds.Followers, BodyBytes: bounds.BodyBytes, RequestTime: bounds.RequestTime}
	if o.CloudWatch != nil {
		shared.CloudWatch = &oneByOne{to: o.CloudWatch}
	}
	var err error
	if shared.Origins, err = newOrigins(o.AllowOrigins); err != nil {
		return nil, err
	}
	for _, host := range o.Hosts {
		if !hostForm.MatchString(host) {
			return nil, fmt.Errorf("host %q: want a name alone, as gateway.test or *.gateway.test", host)
		}
	}
	if shared.FunctionsFrom, err = functions.NewSources(o.FunctionsFrom); err != nil {
		return nil, err
	}
	if shared.Door, err = egress.New(o.RulesTo); err != nil {
		return nil, fmt.Errorf("rules to %w", err)
	}
	if shared.CA, err = pki.Open(o.CADir); err != nil {
		return nil, err
	}
	for _, w := range shared.CA.Warnings() {
		shared.Log.Warn(w)
	}
	for _, folder := range slices.Compact([]string{o.CADir, o.StateDir}) {
		if text := durable.OpenToAll(folder); text != "" {
			shared.Log.Warn(text)
		}
	}
	return &gateway{bounds: bounds, hosts: o.Hosts, shared: shared}, nil
}

// newOrigins knows the origins whose pages may use the control plane and the
// admin API. An error names the origin.
func newOrigins(allowed []string) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	for _, origin := range allowed {
		if err := p.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("origin %q: want one as https://example.test:8080", origin)
		}
	}
	return p, nil
}

// oneByOne is a writer that several accounts write to.
type oneByOne struct {
	mu sync.Mutex
	to io.Writer
}

func (w *oneByOne) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}
