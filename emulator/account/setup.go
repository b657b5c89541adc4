package account

import (
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/registry"
)

// A setup is what of an account comes from its configuration, beside the registry. A
// reload replaces it whole; what it runs goes on until nobody uses it.
type setup struct {
	config    *config.Config
	runners   map[string]lambda.Runner // by function ARN
	soracom   *endorse.Service         // nil unless configured
	endpoints []string                 // host names of the account's, lower case
	door      *egress.Door             // hosts that rules may send to
	services  *neighbour.Services      // where actions of rules are sent to
	users     sync.WaitGroup           // invocations of runners
}

// newSetup makes what a configuration describes; initial is its own registry. A
// function that old runs in the same way is taken over with its warm processes.
func (a *Account) newSetup(old *setup, initial *registry.Registry, c *config.Config) (*setup, error) {
	s := &setup{config: c, endpoints: c.OwnNames(), door: a.doorOf(c, initial)}
	var err error
	if s.soracom, err = a.soracom(old, initial, c); err != nil {
		return nil, err
	}
	running := func(f registry.Function) lambda.Runner { return old.running(f, c) }
	s.services = old.servicesFor(initial, c)
	if s.runners, err = c.Runners(a.options.Go, initial, a.log, running); err != nil {
		return nil, errors.Join(err, s.close(old))
	}
	return s, nil
}

// running returns what runs a function, if c describes it as the setup's own
// configuration does.
func (s *setup) running(f registry.Function, c *config.Config) lambda.Runner {
	if s == nil || !s.config.RunsAs(c, f.FunctionName) {
		return nil
	}
	return s.runners[f.FunctionArn]
}

// servicesFor returns the services that actions are sent to: the setup's own if c has them
// where they were.
func (s *setup) servicesFor(r *registry.Registry, c *config.Config) *neighbour.Services {
	if s != nil && maps.Equal(s.config.Actions, c.Actions) {
		return s.services
	}
	return neighbour.New(neighbour.Options{Endpoints: c.Actions, Region: r.Region(), Partition: r.Partition()})
}

// services are those of the setup of now.
func (a *Account) services() *neighbour.Services { return a.present().services }

// close ends what runs the functions, except for what other has too.
func (s *setup) close(other *setup) error {
	if other == nil || other.services != s.services {
		s.services.Close()
	}
	var own []lambda.Runner
	for arn, r := range s.runners {
		if other == nil || other.runners[arn] != r {
			own = append(own, r)
		}
	}
	return functions.CloseAll(own)
}

// present is the setup of now.
func (a *Account) present() *setup {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.setup
}

// Config is the configuration of now.
func (a *Account) Config() *config.Config { return a.present().config }

// setting is what the configuration says of authentication.
func (a *Account) setting() authn.Setting {
	c := a.Config()
	return authn.Setting{Endpoints: c.Endpoints(), Strangers: a.strangers(c)}
}

// warn tells of functions that AWS IoT may invoke here and could not on AWS,
// unless permissions are enforced [A-138, D-6, R-119].
func (a *Account) warn() {
	c := a.Config()
	if c.LambdaPermissions == "enforce" {
		return
	}
	tell := func(function, source string) {
		f, _ := a.registry.Function(function)
		if _, configured := c.Functions[f.FunctionName]; configured && f.Permissions == nil {
			a.log.Warn("on AWS this function needs a permission that lets AWS IoT invoke it (D-6)",
				"function", f.FunctionName, "sourceArn", source)
		}
	}
	for _, auth := range a.registry.Authorizers() {
		if auth.Status == registry.Active {
			tell(auth.AuthorizerFunctionArn, auth.AuthorizerArn)
		}
	}
	for _, rule := range a.registry.TopicRules() {
		for _, action := range slices.Concat(rule.Actions, []registry.RuleAction{rule.ErrorAction}) {
			if arn, ok := action["lambda"]["functionArn"].(string); ok && !rule.RuleDisabled {
				tell(arn, rule.RuleArn)
			}
		}
	}
}
