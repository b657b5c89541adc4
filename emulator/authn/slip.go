package authn

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4"
)

// A parameter that was sent, and that nobody reads [D-7, D-8, D-24]
//
//   - it stands in the user name without the ? that starts parameters, or before
//     the last one: behind %3F, behind &, or at the very beginning
//   - ; or a blank stands in place of the &, : or %3D in place of the =
//   - its name is nearly right: a hyphen too many, X-Amzn for x-amz
//   - it stands in the password or in the client id
//
// What surrounds it may be secret. So nothing is repeated but the name of the
// parameter as it was found, one mark on each side, and the name of an authorizer
// that exists; of a password not even that.

// A lookout is for one parameter.
type lookout struct {
	want        string   // its name
	others      []string // the other names that mean something, which are not it
	authorizers []string // all there are, if want is the parameter that names one
}

// lookoutForName is for the parameter that names an authorizer.
func lookoutForName(g *registry.Registry) lookout {
	l := lookout{want: nameParameter, others: []string{signatureParameter}}
	for _, a := range g.Authorizers() {
		l.authorizers = append(l.authorizers, a.AuthorizerName)
		if a.TokenKeyName != "" {
			l.others = append(l.others, a.TokenKeyName)
		}
	}
	return l
}

// lookoutForProof is for the token or the signature that an authorizer wants.
func lookoutForProof(a registry.Authorizer, want string) lookout {
	known := []string{nameParameter, signatureParameter, a.TokenKeyName}
	return lookout{want: want, others: slices.DeleteFunc(known, func(name string) bool {
		return name == "" || strings.EqualFold(name, want)
	})}
}

// A sighting is a word that looks like the parameter's name.
type sighting struct {
	place         string
	spelt         string
	before, after string // the marks around it: a character, an escape as "%3F", or ""
	value         string // what follows behind the second mark
	distance      int    // from the right spelling, 0 for that itself
	unread        string // why parameters are not read there, or ""
}

// hint says what was found and what is wrong with it; "" if nothing was found.
func (l lookout) hint(r Request) string {
	s, found := l.find(r)
	if !found {
		return ""
	}
	wrong := s.wrong(l.want)
	if len(wrong) == 0 {
		return ""
	}
	spelt := s.spelt
	if s.place == inPassword {
		spelt = l.want
	}
	return fmt.Sprintf("%q is in %s, but %s: write %s", spelt, s.place, strings.Join(wrong, "; "), l.form(s))
}

// form is the parameter as it should be written.
func (l lookout) form(s sighting) string {
	value := "<value>"
	if l.want == nameParameter {
		value = "<authorizer>"
		if known := near.Name(s.named(), l.authorizers); known != "" {
			value = known
		}
	}
	switch s.place {
	case inHeader:
		return l.want + ": " + value
	case inQuery:
		return "?" + l.want + "=" + value + " in the URL"
	}
	return "<user name>?" + l.want + "=" + value
}

// wrong lists what keeps the gateway from reading it.
func (s sighting) wrong(want string) (all []string) {
	if s.unread != "" {
		all = append(all, s.unread)
	} else if s.place != inHeader && !slices.Contains([]string{"", "?", "&"}, s.before) {
		all = append(all, fmt.Sprintf("%q stands in front of it, want &", s.before))
	}
	if s.distance > 0 {
		all = append(all, "its name must be "+want)
	}
	switch {
	case s.place == inPassword || s.place == inClientID:
	case s.after != "=" && s.after != "" && s.after != "&":
		all = append(all, fmt.Sprintf("%q stands behind it, want =", s.after))
	case s.value == "":
		all = append(all, "it has no value")
	}
	return all
}

// named is the word behind the second mark.
func (s sighting) named() string {
	text := strings.Trim(s.value, strangeEnds)
	return text[:wordEnd(text)]
}

// find returns the sighting that is spelt best, the first of those; or else any
// parameter whose value is the name of an authorizer.
func (l lookout) find(r Request) (best sighting, found bool) {
	for s := range sightings(r) {
		d, like := l.distance(s)
		if like && (!found || d < best.distance) {
			best, found = s, true
			best.distance = d
		}
	}
	if found {
		return best, true
	}
	for s := range sightings(r) {
		if (s.place == inUserName || s.place == inQuery) && slices.Contains(l.authorizers, s.named()) {
			s.distance = len(l.want)
			return s, true
		}
	}
	return best, false
}

// distance says how far a word is from the name, and whether that is near. A
// text that is no list of parameters may hold any word by chance.
func (l lookout) distance(s sighting) (d int, like bool) {
	limit := plainLen(l.want) / 4
	switch {
	case (s.place == inPassword || s.place == inClientID) && s.after == "":
		return 0, false
	case strings.EqualFold(s.spelt, l.want):
		return 0, true
	case s.unread == "":
		limit = max(limit, 1)
	}
	d, like = apart(s.spelt, l.want, limit)
	for _, other := range l.others {
		if e, close := apart(s.spelt, other, limit); close && e <= d {
			return 0, false
		}
	}
	return d + 1, like
}

// apart is the distance of two names but for hyphens and case, up to a limit.
func apart(a, b string, limit int) (d int, like bool) {
	if la, lb := plainLen(a), plainLen(b); max(la-lb, lb-la) > limit {
		return limit + 1, false
	}
	d = near.Edits(plain(a), plain(b))
	return d, d <= limit
}

// plain is a name without case, hyphens, underscores and dots.
func plain(name string) string { return withoutMarks.Replace(strings.ToLower(name)) }

// plainLen is the length of plain's result. Nearly every word is told by it, so it makes
// nothing.
func plainLen(name string) int {
	n := len(name)
	for i := range len(name) {
		switch b := name[i]; {
		case b >= utf8.RuneSelf: // its lower case may have another length
			return len(plain(name))
		case strings.IndexByte(marks, b) >= 0:
			n--
		}
	}
	return n
}

const marks = "-_."

// withoutMarks is made once: at its first use it makes 6 KB, and every CONNECT uses it.
var withoutMarks = strings.NewReplacer("-", "", "_", "", ".", "")

// The places, in the order in which they are looked at.
const (
	inUserName = "the user name"
	inQuery    = "the query"
	inHeader   = "the headers"
	inClientID = "the client id"
	inPassword = "the password"
)

// sightings are all words that a client sent where parameters could be.
func sightings(r Request) iter.Seq[sighting] {
	return func(yield func(sighting) bool) {
		if r.Username != nil && !inName(*r.Username, yield) {
			return
		}
		if h := r.Facts.HTTP; h != nil {
			if !words(inQuery, h.RawQuery, yield) {
				return
			}
			for _, f := range h.Header {
				if !yield(sighting{place: inHeader, spelt: f.Name, after: "=", value: f.Value}) {
					return
				}
			}
		}
		outside := func(s sighting) bool {
			s.unread = "parameters are not looked for there"
			return yield(s)
		}
		_ = words(inClientID, r.ClientID, outside) && words(inPassword, string(r.Password), outside)
	}
}

// inName yields the words of a user name. Parameters begin behind its last ?.
func inName(username string, yield func(sighting) bool) bool {
	start := strings.LastIndexByte(username, '?')
	if start < 0 {
		return words(inUserName, username, func(s sighting) bool {
			s.unread = "nothing stands in front of it, and parameters begin behind a ?"
			if s.before != "" {
				s.unread = fmt.Sprintf("%q stands in front of it, and parameters begin behind a ?", s.before)
			}
			return yield(s)
		})
	}
	return words(inUserName, username[:start], func(s sighting) bool {
		s.unread = "it stands before the last ?, and parameters begin behind that"
		return yield(s)
	}) && words(inUserName, username[start+1:], yield)
}

const (
	maxSearched = 16 << 10 // bytes of one text
	maxWords    = 256      // of one text
)

// words cuts a text into words and the marks between them, until yield is false.
func words(place, text string, yield func(sighting) bool) bool {
	text = text[:min(len(text), maxSearched)]
	before := ""
	for n := 0; text != "" && n < maxWords; {
		if m := mark(text); m != "" {
			before, text = m, text[len(m):]
			continue
		}
		end := wordEnd(text)
		s := sighting{place: place, spelt: text[:end], before: before}
		text = text[end:]
		s.after = mark(text)
		if rest := text[len(s.after):]; s.after != "&" && !strings.HasPrefix(rest, "&") {
			s.value = rest
		}
		if !yield(s) {
			return false
		}
		n++
	}
	return true
}

// wordEnd is where the word ends that a text begins with.
func wordEnd(text string) int {
	for i := range len(text) {
		if mark(text[i:]) != "" {
			return i
		}
	}
	return len(text)
}

// mark is what separates words at the beginning of a text: a character, or an
// escape, however often it was encoded; "" if the text begins with a word.
func mark(text string) string {
	switch {
	case text == "":
		return ""
	case sigv4.IsUnreserved(text[0]) && text[0] != '~':
		return ""
	case text[0] != '%':
		_, size := utf8.DecodeRuneInString(text)
		return text[:size]
	}
	end := 1
	for strings.HasPrefix(text[end:], "25") {
		end += 2
	}
	if len(text) >= end+2 && isHex(text[end]) && isHex(text[end+1]) {
		end += 2
	}
	return text[:end]
}

// strangeEnds are what a value may have around it by mistake.
const strangeEnds = " \t\r\n\x00\"'="

// hintValue is for the name of an authorizer with something around it [D-7].
func hintValue(sent string, authorizers []string) string {
	known := func(name string) bool { return slices.Contains(authorizers, name) }
	if name := strings.Trim(sent, strangeEnds); name != sent && known(name) {
		return fmt.Sprintf("the value has white space, quotes or = around %q: leave them out", name)
	}
	end := strings.IndexAny(sent, listMarks+",")
	if end < 0 {
		return ""
	}
	if name := strings.Trim(sent[:end], strangeEnds); known(name) {
		return fmt.Sprintf("the value goes on with %q behind %q: & separates parameters, and one authorizer is "+
			"named", sent[end:end+1], name)
	}
	return ""
}

// listMarks are characters that no authorizer's name has, and that stand
// where a & should.
const listMarks = ";&?#| "

// nameOf is what a client names as authorizer, fit to be shown: nothing of what
// was meant for another parameter, which may be a token.
func nameOf(sent string) string {
	if end := strings.IndexAny(sent, listMarks); end > 0 && strings.Contains(sent[end:], "=") {
		return shorten(sent[:end]) + "…"
	}
	return shorten(sent)
}
