package lint

import (
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/tree"
)

// suback.yaml
//
//   - package config says all that it refuses, with lines
//   - its policies are linted for whom they are attached to, together with those that are
//     attached beside them
//   - what its region and accountId say is the endpoint

// checkConfig lints a suback.yaml.
func (l *linter) checkConfig(root *value) {
	refused := l.refusedConfig()
	if region := root.Get("region"); region != nil {
		l.region = region.Text
	}
	l.checkAccount(root, l.endpointOf(root, nil))
	for _, m := range accountsOf(root) {
		l.checkAccount(m.Value, l.endpointOf(m.Value, &m))
	}
	for _, m := range refused {
		if l.isSaid(m) {
			continue
		}
		at := l.src.At(max(m.line, 1), l.indent(m.line))
		l.report("suback-yaml", at, before(m.text, ", want "), m.cure())
	}
}

// isSaid reports whether a finding says with its place what the gateway refuses.
func (l *linter) isSaid(m refusal) bool {
	found := func(rules ...string) bool {
		return slices.ContainsFunc(l.findings, func(f *Finding) bool { return slices.Contains(rules, f.Rule) })
	}
	switch {
	case strings.Contains(m.text, "policyDocument "):
		return found("malformed", "too-long", "unreadable")
	case strings.Contains(m.text, "sql cannot be parsed"), strings.Contains(m.text, "awsIotSqlVersion "):
		return found("rule-sql", "rule-filter")
	}
	return false
}

func accountsOf(root *value) []member {
	accounts := root.Get("accounts")
	if accounts == nil {
		return nil
	}
	return accounts.Members
}

func afterOr(s, sep, otherwise string) string {
	if _, a, found := strings.Cut(s, sep); found {
		return a
	}
	return otherwise
}

// indent is the column at which a line's text begins.
func (l *linter) indent(line int) int {
	text := string(l.src.Line(line))
	return 1 + len(text) - len(strings.TrimLeft(text, " -"))
}

// endpointOf is the endpoint of an account of the file; of one of accounts if m is given.
func (l *linter) endpointOf(account *value, m *member) [arnFields]string {
	o := l.options
	o.Region, o.Account, o.Partition = "us-east-1", "000000000000", ""
	if m != nil {
		o.Account = config.IDOf(m.Name)
	}
	if region := l.regionOf(account); region != "" {
		o.Region = region
	}
	if id := account.Get("accountId"); id != nil && id.Text != "" {
		o.Account = id.Text
	}
	return o.endpoint()
}

// regionOf is the account's region, or the file's.
func (l *linter) regionOf(account *value) string {
	if region := account.Get("region"); region != nil {
		return region.Text
	}
	return l.region
}

// A refusal is what the gateway has against a suback.yaml.
type refusal struct {
	line int // 0 if it is not known
	text string
}

// cure is what the gateway says to write.
func (r refusal) cure() string {
	if _, meant, found := strings.Cut(r.text, ", is "); found {
		return "write " + before(meant, " meant?")
	}
	return "write " + afterOr(r.text, ", want ", "what fixtures/suback.yaml shows")
}

var linedText = regexp.MustCompile(`(?s)^:(?:(\d+):)? (.*)$`)

func (l *linter) refusedConfig() (all []refusal) {
	c, err := config.Parse(l.src.File, l.src.Text)
	if err == nil {
		_, err = c.Registry(config.InGo{}, nil)
	}
	for _, e := range flatten(err) {
		r := refusal{text: e.Error()}
		if m := linedText.FindStringSubmatch(strings.TrimPrefix(r.text, l.src.File)); m != nil {
			r.text = m[2]
			r.line, _ = strconv.Atoi(m[1]) // digits, or none
		}
		all = append(all, r)
	}
	return all
}

func flatten(err error) (all []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

// checkAccount lints the policies of an account.
func (l *linter) checkAccount(account *value, endpoint [arnFields]string) {
	attachments := attachmentsOf(account)
	documents := map[string][]*document{} // by policy: that of each version
	for _, p := range account.Get("policies").List() {
		name := p.Get("policyName")
		if name == nil {
			continue
		}
		for _, v := range documentsOf(p) {
			d := l.readDocument(name.Text, l.fileOr(v), false, principalOf(attachments, name.Text))
			documents[name.Text] = append(documents[name.Text], d)
			l.checkDocument(d, endpoint)
		}
	}
	l.checkAttachments(account, attachments, documents)
	l.checkAccountRules(account, documents)
}

func (l *linter) checkAttachments(
	account *value, attachments []attachment, documents map[string][]*document,
) {
	isAttached := map[string]bool{}
	for _, a := range attachments {
		var pool []*document
		inPool := map[string]bool{}
		for _, name := range a.names.List() {
			isAttached[name.Text] = true
			if all := documents[name.Text]; len(all) > 0 && !inPool[name.Text] {
				inPool[name.Text] = true
				pool = append(pool, all[len(all)-1]) // which is the default is not looked for
			}
		}
		if a.principal != IAM {
			l.tooManyDocuments(len(a.names.List()), a.names.At)
		}
		if len(pool) > 0 {
			l.checkPool(pool, a.alone)
		}
	}
	for _, p := range account.Get("policies").List() {
		if name := p.Get("policyName"); name != nil && !isAttached[name.Text] {
			for _, d := range documents[name.Text] {
				l.checkPool([]*document{d}, true)
			}
		}
	}
}

// documentsOf are a policy's, a version each.
func documentsOf(p *value) (all []*value) {
	if d := p.Get("policyDocument"); d != nil {
		all = append(all, d)
	}
	for _, v := range p.Get("policyVersions").List() {
		if d := v.Get("policyDocument"); d != nil {
			all = append(all, d)
		}
	}
	return all
}

// fileOr is the policy in the file that a text names, or the value as it is.
func (l *linter) fileOr(v *value) *value {
	if v.Kind != text || looksLikeJSON(v.Text) || strings.Contains(v.Text, "\n") || v.Text == "" {
		return v
	}
	file := v.Text
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(l.src.File), file)
	}
	if root := l.read[file]; root != nil {
		return root
	}
	content, err := readFile(file)
	if err != nil {
		return nil // which the configuration's own mistakes say
	}
	l.named = append(l.named, file)
	root, err := read(&source{File: filepath.ToSlash(file), Text: content})
	if e := (*tree.Broken)(nil); errors.As(err, &e) {
		l.report("unreadable", e.At, "the file "+e.Text, "mend the file: nothing in it was looked at")
		return nil
	}
	l.read[file] = root
	return root
}
