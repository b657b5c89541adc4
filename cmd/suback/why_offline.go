package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tree"
	"github.com/suback/suback/emulator/why"
)

// A question is a request that a policy is asked about.
type question struct {
	action policy.Action
	name   string
}

// flag is how it was asked.
func (q question) flag() string {
	return "--" + map[policy.Action]string{policy.Connect: "connect", policy.Subscribe: "subscribe",
		policy.Receive: "receive", policy.Publish: "publish", policy.RetainPublish: "retain"}[q.action]
}

func (f *whyFlags) questions(fs *flag.FlagSet) {
	add := func(name, usage string, a policy.Action, check func(string) error) {
		fs.Func(name, usage+"; may be repeated", func(s string) error {
			f.asks = append(f.asks, question{a, s})
			return check(s)
		})
	}
	fs.BoolFunc("connect", "may the client connect?", func(s string) error {
		if s == "true" {
			f.asks = append(f.asks, question{action: policy.Connect})
		}
		return nil
	})
	add("subscribe", "may it subscribe to a `filter`?", policy.Subscribe, isFilter)
	add("receive", "may it get messages on a `topic`?", policy.Receive, isTopic)
	add("publish", "may it publish to a `topic`?", policy.Publish, isTopic)
	add("retain", "may it set RETAIN on a `topic`?", policy.RetainPublish, isTopic)
}

// A trial is what policies are judged by without a gateway.
type trial struct {
	docs    []*policy.Document
	context policy.Context
	notes   []string // about the documents
}

// offlineAnswer is what --json prints.
type offlineAnswer struct {
	Allowed  bool          `json:"allowed"` // all of it
	Region   string        `json:"region"`
	Account  string        `json:"account"`
	Notes    []string      `json:"notes,omitempty"`
	Verdicts []why.Verdict `json:"verdicts"`
}

// whyOffline judges requests by policies from files.
func (p *program) whyOffline(f whyFlags) error {
	switch {
	case f.client == "":
		return usagef("why: want --client, the id that the client connects with")
	case len(f.asks) == 0:
		return usagef("why: want a request: --connect, --subscribe, --receive, --publish or --retain")
	case f.topic != "":
		return usagef("why: --topic asks a running gateway; want --receive %s", f.topic)
	}
	t, err := f.trial()
	if err != nil {
		return p.badDocument(err)
	}
	compiled := policy.Compile(t.docs, t.context)
	answer := offlineAnswer{Allowed: true, Region: t.context.Region, Account: t.context.Account, Notes: t.notes}
	for _, q := range f.asks {
		if q.action == policy.Connect {
			q.name = f.client
		}
		v := why.Judge(compiled, q.action, q.name, nil)
		answer.Allowed = answer.Allowed && v.Decision.Allowed
		answer.Verdicts = append(answer.Verdicts, v)
	}
	if f.json {
		err = p.printJSON(answer)
	} else {
		p.printVerdicts(answer)
	}
	if err == nil && !answer.Allowed {
		err = errNo
	}
	return err
}

// badDocument adds to an error what is known to mend it.
func (p *program) badDocument(err error) error {
	refused := new(authn.Error)
	if errors.As(err, &refused) && refused.Hint != "" {
		return hinted{err, refused.Hint}
	}
	return err
}

// trial reads what is to be judged.
func (f *whyFlags) trial() (*trial, error) {
	t := &trial{}
	for _, file := range f.policies {
		if err := t.readPolicy(file); err != nil {
			return nil, err
		}
	}
	if f.answer != "" {
		if err := t.readAnswer(f.answer); err != nil {
			return nil, err
		}
	}
	var c *emulator.Config
	if len(f.names) > 0 {
		var err error
		if c, err = t.readConfig(f.config, f.names); err != nil {
			return nil, err
		}
	}
	if n := len(t.docs); n > policy.MaxDocuments {
		t.notes = append(t.notes, fmt.Sprintf("there are %d policies, AWS takes %d", n, policy.MaxDocuments))
	}
	for _, d := range t.docs {
		for _, w := range d.Warnings() {
			t.notes = append(t.notes, fmt.Sprintf("%s: %s (%s)", d.Name, w.Text, w.Rule))
		}
		if n := policy.Size([]byte(d.Text())); n > policy.MaxDocumentSize {
			t.notes = append(t.notes, fmt.Sprintf("%s has %d characters, AWS takes %d (B-127)", d.Name, n,
				policy.MaxDocumentSize))
		}
	}
	return t, t.place(f, c)
}

func (t *trial) readPolicy(file string) error {
	text, err := tree.ReadFile(file, tree.MaxFile)
	if err != nil {
		return fmt.Errorf("--policy: %w", err)
	}
	d, err := policy.Parse(file, text)
	if err != nil {
		if members := map[string]json.RawMessage{}; json.Unmarshal(text, &members) == nil &&
			members["policyDocuments"] != nil {
			return hinted{err, "this is an authorizer's answer: --answer " + file + " reads it"}
		}
		return err
	}
	t.docs = append(t.docs, d)
	return nil
}

func (t *trial) readAnswer(file string) error {
	text, err := tree.ReadFile(file, tree.MaxFile)
	if err != nil {
		return fmt.Errorf("--answer: %w", err)
	}
	g, err := authn.ReadAnswer(text)
	if err != nil {
		return fmt.Errorf("%s: AWS refuses this answer, and with it the client: %w", file, err)
	}
	for _, n := range g.Notes {
		t.notes = append(t.notes, fmt.Sprintf("%s: %s (%s)", file, n.Text, n.Rule))
	}
	t.docs = append(t.docs, g.Documents...)
	return nil
}

// readConfig finds policies by name.
func (t *trial) readConfig(file string, names []string) (*emulator.Config, error) {
	o, err := options(file)
	if err != nil {
		return nil, err
	}
	r, err := o.Config.Registry(config.InGo{Functions: o.Functions, Authorizer: o.Authorizer}, nil)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		found, ok := r.Policy(name)
		if !ok {
			return nil, noPolicy(r, name)
		}
		d, err := policy.Parse(name, []byte(found.Default().Document))
		if err != nil {
			return nil, err
		}
		t.docs = append(t.docs, d)
	}
	return o.Config, nil
}

// noPolicy names the policy that may be meant.
func noPolicy(r *registry.Registry, name string) error {
	var names []string
	for _, p := range r.Policies() {
		names = append(names, p.PolicyName)
	}
	text := fmt.Sprintf("--policy-name: there is no policy %q in the configuration", name)
	if meant := near.Name(name, names); meant != "" {
		text += fmt.Sprintf(", is %q meant?", meant)
	}
	return errors.New(text)
}

// values are the variables of the flags.
func (f *whyFlags) values() (policy.Values, error) {
	v := policy.Values{"iot:ClientId": {f.client}}
	if f.answer == "" { // a principal that an authorizer names can be attached to nothing
		v["iot:Connection.Thing.IsAttached"] = []string{"false"}
	}
	if f.thing != "" {
		v["iot:Connection.Thing.ThingName"] = []string{f.thing}
		v["iot:Connection.Thing.IsAttached"] = []string{"true"}
	}
	given := policy.Values{}
	for _, text := range f.vars {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return nil, usagef("--var is %q, want name=value", text)
		}
		given[key] = append(given[key], value)
	}
	for key, values := range given {
		v[key] = values
	}
	return v, nil
}

// place fills in the context: where ARNs are, and what is known of the client.
func (t *trial) place(f *whyFlags, c *emulator.Config) (err error) {
	at := placeOf(t.docs)
	if c != nil {
		at.region, at.account = c.Region, c.AccountID
	}
	at.override(f.region, f.account)
	t.context, err = at.context()
	if err != nil && f.region+f.account != "" {
		return usagef("--region, --account: %w", err)
	}
	if err != nil {
		return err
	}
	t.context.Now = time.Now
	t.context.Values, err = f.values()
	return err
}
