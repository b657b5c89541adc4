package guest

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// What earlier runs left, because they were killed: found by the prefix, and where AWS has
// tags or attributes, by those too.
//
//   - policies with the tag, and the certificates that they are attached to, if those bear our
//     name; things with the attribute; retained messages
//   - certificates that are inactive, as one is between two calls of a run that was killed there;
//     of the active ones only those are looked at that have a policy of ours, so that a large
//     account costs a list

// aRun begins the names of one run.
var aRun = regexp.MustCompile(`^` + Prefix + `-[a-z2-7]{8}-`)

// Find notes what earlier runs left, so that [Account.Close] removes it, and returns how much it
// is: of the runs that are named, as "suback-test-k3j9x2ab", or of all. A run that goes on
// elsewhere at this moment loses what it has.
func (a *Account) Find(ctx context.Context, runs []string) (n int, err error) {
	ours := func(name string) bool {
		return aRun.MatchString(name) && (len(runs) == 0 || slices.ContainsFunc(runs, func(run string) bool {
			return strings.HasPrefix(name, strings.TrimSuffix(run, "-")+"-")
		}))
	}
	for _, look := range []func(context.Context, func(string) bool) error{
		a.findPolicies, a.findInactive, a.findThings, a.findRetained,
	} {
		if err := look(ctx, ours); err != nil {
			return 0, err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.made), nil
}

// pages asks for page after page; r.path has a query already. next is the parameter's name, and
// that of the answer's member.
func (a *Account) pages(
	ctx context.Context, r request, parameter, next string, each func(body []byte) error,
) error {
	path := r.path
	for token := ""; ; {
		if r.path = path; token != "" {
			r.path += "&" + parameter + "=" + url.QueryEscape(token)
		}
		answer, err := a.call(ctx, r)
		if err != nil {
			return err
		}
		if err := each(answer.Body); err != nil {
			return err
		}
		if token = answer.Text(next); token == "" {
			return nil
		}
	}
}

func (a *Account) findPolicies(ctx context.Context, ours func(string) bool) error {
	var names []string
	r := request{operation: "ListPolicies", path: "/policies?pageSize=250"}
	err := a.pages(ctx, r, "marker", "nextMarker", func(body []byte) error {
		var page struct{ Policies []struct{ PolicyName string } }
		err := json.Unmarshal(body, &page)
		for _, p := range page.Policies {
			if ours(p.PolicyName) {
				names = append(names, p.PolicyName)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		tagged, err := a.tagged(ctx, name)
		if err != nil {
			return err
		}
		if tagged {
			a.note(&item{kind: policy, name: name})
			if err := a.findTargets(ctx, name, ours); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *Account) tagged(ctx context.Context, name string) (bool, error) {
	answer, err := a.call(ctx, request{operation: "ListTagsForResource",
		path: "/tags?resourceArn=" + url.QueryEscape(a.arn("policy/"+name))})
	if err != nil {
		return false, unless(err, gone)
	}
	var tags struct{ Tags []struct{ Key string } }
	err = json.Unmarshal(answer.Body, &tags)
	return slices.ContainsFunc(tags.Tags, func(t struct{ Key string }) bool { return t.Key == Prefix }), err
}

func (a *Account) findThings(ctx context.Context, ours func(string) bool) error {
	r := request{operation: "ListThings",
		path: "/things?maxResults=250&attributeName=" + Prefix + "&attributeValue=yes"}
	return a.pages(ctx, r, "nextToken", "nextToken", func(body []byte) error {
		var page struct{ Things []struct{ ThingName string } }
		err := json.Unmarshal(body, &page)
		for _, t := range page.Things {
			if ours(t.ThingName) {
				a.note(&item{kind: thing, name: t.ThingName})
			}
		}
		return err
	})
}

func (a *Account) findRetained(ctx context.Context, ours func(string) bool) error {
	r := request{service: "iotData", operation: "ListRetainedMessages", path: "/retainedMessage?maxResults=200"}
	return a.pages(ctx, r, "nextToken", "nextToken", func(body []byte) error {
		var page struct{ RetainedTopics []struct{ Topic string } }
		err := json.Unmarshal(body, &page)
		for _, t := range page.RetainedTopics {
			if first, _, _ := strings.Cut(t.Topic, "/"); ours(first) {
				a.note(&item{kind: retained, name: t.Topic})
			}
		}
		return err
	})
}
