package main

import (
	"context"
	"flag"
	"time"
)

// whyPatience is how long a running gateway has to answer.
const whyPatience = 30 * time.Second

// whyFlags are what suback why understands.
type whyFlags struct {
	config          string // of --policy-name
	policies        []string
	names           []string // of policies in the configuration
	answer          string
	client, thing   string
	vars            []string
	region, account string
	asks            []question // in the order given

	topic, http string
	json        bool
}

func (f *whyFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&f.client, "client", "", "client `id`")
	fs.StringVar(&f.topic, "topic", "", "of a running gateway: the `topic` or filter on which nothing arrives")
	httpFlag(fs, &f.http)
	fs.StringVar(&f.account, "account", "",
		"account `id` that ARNs have here (default as the configuration or the policies have it); of a running "+
			"gateway: name of the account")
	fs.BoolVar(&f.json, "json", false, "print JSON")
	list := func(to *[]string, name, usage string) {
		fs.Func(name, usage+"; may be repeated", func(s string) error { *to = append(*to, s); return nil })
	}
	list(&f.policies, "policy", "judge by the policy in a `file`, without a gateway")
	fs.StringVar(&f.answer, "answer", "",
		"judge by the policies that an authorizer answered: `file` with the answer of its function or of "+
			"TestInvokeAuthorizer")
	list(&f.names, "policy-name", "judge by the policy of that `name` in --config")
	fs.StringVar(&f.config, "config", "", "configuration `file` of --policy-name")
	fs.StringVar(&f.thing, "thing", "", "`name` of the thing that the client is")
	list(&f.vars, "var", "value of a policy variable or condition key, as `iot:DomainName=a.example`")
	fs.StringVar(&f.region, "region", "",
		"`region` that ARNs have here (default as the configuration or the policies have it)")
	f.questions(fs)
}

// why says what a policy makes of requests, why nothing arrives at a client, or what
// became of a message.
func (p *program) why(ctx context.Context) error {
	f := whyFlags{}
	fs := p.flags("why")
	f.register(fs)
	ids, err := p.parseWith(fs)
	if err != nil {
		return err
	}
	offline := len(f.policies)+len(f.answer)+len(f.names) > 0
	ctx, cancel := context.WithTimeout(ctx, whyPatience)
	defer cancel()
	switch {
	case len(ids) > 1 || len(ids) == 1 && (offline || f.client != ""):
		return usagef("why: unexpected argument %q", ids[len(ids)-1])
	case len(ids) == 1:
		return p.tellStory(ctx, baseURL(f.http), ids[0], f.json)
	case offline:
		return p.whyOffline(f)
	case len(f.asks) > 0:
		return usagef("why: there is no policy to judge %s by: want --policy, --answer or --policy-name",
			f.asks[0].flag())
	case f.client == "":
		return usagef("why: want the id of a message, --client of a running gateway, or --policy with --client")
	}
	return p.whyLive(ctx, f)
}
