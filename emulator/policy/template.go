package policy

import (
	"slices"
	"strings"
)

// A template is a text of a policy, taken apart once: plain text, the
// wildcards, and variables to be replaced for each connection.
type template struct {
	raw    string
	tokens []token
}

type token struct {
	kind tokenKind
	text string // of plain text; the key of a variable
}

type tokenKind uint8

const (
	plainText tokenKind = iota
	anyRun              // *
	anyOne              // ?
	variable            // ${key}
)

// parseTemplate reads wildcards, variables and escapes [B-317]. Whatever looks
// broken, such as a "${" that is never closed, is plain text. "${key, 'default'}"
// becomes a variable of that odd name, which is undefined [B-323, guess].
func parseTemplate(raw string) template { return takeApart(raw, parseDollar) }

// parseWildcards reads wildcards alone: "$" is plain text.
func parseWildcards(raw string) template {
	return takeApart(raw, func(string) (token, int) { return token{}, 0 })
}

// takeApart reads wildcards, and by dollar what begins with "$".
func takeApart(raw string, dollar func(text string) (tok token, size int)) template {
	t := template{raw: raw}
	start := 0
	for i := 0; i < len(raw); {
		tok, size := token{}, 0
		switch c := raw[i]; {
		case c == '*':
			tok, size = token{kind: anyRun}, 1
		case c == '?':
			tok, size = token{kind: anyOne}, 1
		case c == '$':
			tok, size = dollar(raw[i:])
		}
		if size == 0 {
			i++
			continue
		}
		t.add(raw[start:i])
		t.tokens = append(t.tokens, tok)
		i += size
		start = i
	}
	t.add(raw[start:])
	return t
}

// varies reports whether there is a variable in it.
func (t template) varies() bool {
	return slices.ContainsFunc(t.tokens, func(tok token) bool { return tok.kind == variable })
}

func (t *template) add(plain string) {
	if plain != "" {
		t.tokens = append(t.tokens, token{plainText, plain})
	}
}

// parseDollar reads what begins with "$": a variable ${key}, or a character
// that shall mean itself, ${*} as in IAM or $(*) as on the IoT page [B-319].
// A size of 0 says that it is neither.
func parseDollar(text string) (tok token, size int) {
	if len(text) >= 4 && (text[1] == '{' && text[3] == '}' || text[1] == '(' && text[3] == ')') &&
		strings.IndexByte("*?$", text[2]) >= 0 {
		return token{plainText, text[2:3]}, 4
	}
	if !strings.HasPrefix(text, "${") {
		return token{}, 0
	}
	end := strings.IndexByte(text, '}')
	if end < 0 {
		return token{}, 0
	}
	return token{variable, text[2:end]}, end + 1
}

// A resolved is a template with its variables replaced, cut into fields.
type resolved struct {
	fields  []glob
	shown   []string // the fields as a person reads them
	missing []string // undefined variables: nothing matches [B-318]
}

// resolve replaces the variables. Fields end at the colons that the policy
// wrote; the last of at most `fields` runs to the end [B-206]. What a variable
// brings is plain text: its colons, wildcards and "${" mean nothing [B-321,
// B-322]. An undefined variable becomes a "*", for those who look for near
// misses; the others look at missing.
func (t template) resolve(v values, fields int) resolved {
	r := resolved{fields: make([]glob, 0, fields), shown: make([]string, 0, fields)}
	var pattern, shown strings.Builder
	cut := func() {
		r.fields, r.shown = append(r.fields, glob(pattern.String())), append(r.shown, shown.String())
		pattern.Reset()
		shown.Reset()
	}
	put := func(p, s string) {
		if p != string(run) || !strings.HasSuffix(pattern.String(), p) { // "**" is "*"
			pattern.WriteString(p)
		}
		shown.WriteString(s)
	}
	for _, tok := range t.tokens {
		switch tok.kind {
		case anyRun:
			put(string(run), "*")
		case anyOne:
			put(string(one), "?")
		case variable:
			text, ok := v.substitute(tok.text)
			if ok {
				put(text, text)
				continue
			}
			r.missing = append(r.missing, tok.text)
			put(string(run), "${"+tok.text+"}")
		default:
			rest := tok.text
			for len(r.fields) < fields-1 {
				head, tail, colon := strings.Cut(rest, ":")
				if !colon {
					break
				}
				put(head, head)
				cut()
				rest = tail
			}
			put(rest, rest)
		}
	}
	cut()
	return r
}
