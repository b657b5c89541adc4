package main

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// A place is where an account's ARNs are.
type place struct{ region, account string }

func (at *place) override(region, account string) {
	at.region, at.account = cmp.Or(region, at.region), cmp.Or(account, at.account)
}

// context is a policy's, for a gateway there.
func (at place) context() (policy.Context, error) {
	r, err := registry.New(registry.Options{Region: at.region, Account: at.account})
	if err != nil {
		return policy.Context{}, err
	}
	return policy.Context{Partition: r.Partition(), Region: r.Region(), Account: r.Account()}, nil
}

// placeOf is where documents say that they are for: whoever asks about a policy without a
// gateway means that one, if all ARNs of it agree. What they do not say is the
// emulator's default.
func placeOf(docs []*policy.Document) place {
	regions, accounts := map[string]bool{}, map[string]bool{}
	for _, d := range docs {
		for text := range strings.SplitSeq(d.Text(), `"`) {
			fields := strings.SplitN(text, ":", 6)
			if len(fields) == 6 && fields[0] == "arn" && fields[2] == "iot" {
				regions[fields[3]], accounts[fields[4]] = true, true
			}
		}
	}
	return place{onlyOne(regions), onlyOne(accounts)}
}

// onlyOne is the single name that is no pattern, "" if there is none or more.
func onlyOne(names map[string]bool) (one string) {
	for name := range names {
		switch {
		case strings.ContainsAny(name, "*?$"):
		case one != "":
			return ""
		default:
			one = name
		}
	}
	return one
}

// printJSON prints a value for a program to read.
func (p *program) printJSON(v any) error {
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
