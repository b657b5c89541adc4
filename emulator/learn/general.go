package learn

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Variables
//
//   - a part of a name that is a value of its client's, and stands alone between other
//     characters than letters and digits, may become the variable
//   - it does if two clients or more with different values so have the same name
//   - where several would do, that of most requests goes first, then the one with more
//     variables, which allows each client less, then the thing's before the client id

// A client is who asked, and by what it differs from others.
type client struct {
	subject
	values map[string]string // of variables that can be written, as plain names
	keys   []string          // of values, the preferred ones first
}

// newClient leaves out values that are no text, and keys that a resource cannot hold.
func newClient(r *Request) *client {
	c := &client{subject: subject{r.Client, r.Principal}, values: map[string]string{}}
	for key, all := range r.values() {
		if len(all) == 1 && all[0] != "" && !strings.ContainsAny(key, "/}") {
			c.values[key] = string(plain(all[0]))
		}
	}
	c.keys = slices.SortedFunc(maps.Keys(c.values), byPreference)
	return c
}

// byPreference orders variables: what a thing is called is harder to claim than a client
// id, and its attributes are often the same for many.
func byPreference(a, b string) int {
	rank := func(key string) int {
		switch key {
		case thingName:
			return 0
		case clientID:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// A wish is a request without its action.
type wish struct {
	client *client
	name   string
}

// A shape is a name with variables in it that some wishes have.
type shape struct {
	name   name
	wishes []int
}

// generalise returns the fewest names that allow some wishes: with variables where they
// serve two clients or more, else as they are. It tells which of them each name is for.
func generalise(wishes []wish) map[name][]int {
	names, done := map[name][]int{}, make([]bool, len(wishes))
	for _, s := range shapes(wishes) {
		left := slices.DeleteFunc(slices.Clone(s.wishes), func(i int) bool { return done[i] })
		if len(left) == 0 || !differ(wishes, s.name, left) {
			continue
		}
		names[s.name] = s.wishes
		for _, i := range left {
			done[i] = true
		}
	}
	for i, w := range wishes {
		if !done[i] {
			n := literal(w.name)
			names[n] = append(names[n], i)
		}
	}
	return names
}

// assigned begins the client ids that the gateway makes up, each another one [B-604].
const assigned = "$GEN/"

func literal(text string) name {
	if strings.HasPrefix(text, assigned) {
		return assigned + "*"
	}
	return plain(text)
}

// shapes are all names with variables that two clients or more have, the best first.
func shapes(wishes []wish) []*shape {
	all := map[name]*shape{}
	for i, w := range wishes {
		for _, n := range w.shapes() {
			s := all[n]
			if s == nil {
				s = &shape{name: n}
				all[n] = s
			}
			s.wishes = append(s.wishes, i)
		}
	}
	some := slices.Collect(maps.Values(all))
	some = slices.DeleteFunc(some, func(s *shape) bool { return !differ(wishes, s.name, s.wishes) })
	slices.SortFunc(some, func(a, b *shape) int {
		x, y := a.name.variables(), b.name.variables()
		return cmp.Or(cmp.Compare(len(b.wishes), len(a.wishes)), cmp.Compare(len(y), len(x)),
			slices.CompareFunc(x, y, byPreference), cmp.Compare(a.name, b.name))
	})
	return some
}

// differ reports whether the clients of some wishes have different values of a name's
// variables.
func differ(wishes []wish, n name, some []int) bool {
	if len(some) < 2 {
		return false
	}
	keys := n.variables()
	of := func(i int) (all []string) {
		for _, key := range keys {
			all = append(all, wishes[i].client.values[key])
		}
		return all
	}
	first := of(some[0])
	return slices.ContainsFunc(some[1:], func(i int) bool { return !slices.Equal(of(i), first) })
}

// maxShapes is how many names with variables are looked at for one request.
const maxShapes = 16

// shapes are the ways to write a name with variables.
func (w wish) shapes() []name {
	type part struct {
		text string // read
		rest string // to be read
	}
	all := []part{{"", string(plain(w.name))}}
	var done []name
	for len(all) > 0 && len(done) < maxShapes {
		p := all[len(all)-1]
		all = all[:len(all)-1]
		at, keys := w.next(p.text, p.rest)
		if len(keys) == 0 {
			if n := name(p.text + p.rest); len(n.variables()) > 0 {
				done = append(done, n)
			}
			continue
		}
		_, size := utf8.DecodeRuneInString(p.rest[at:])
		all = append(all, part{p.text + p.rest[:at+size], p.rest[at+size:]}) // without it
		for _, key := range slices.Backward(keys) {
			all = append(all, part{p.text + p.rest[:at] + "${" + key + "}",
				p.rest[at+len(w.client.values[key]):]})
		}
	}
	return done
}

// next is where in rest the next value of the client's stands, and of which variables it is.
func (w wish) next(before, rest string) (at int, keys []string) {
	for at := range rest {
		if r, _ := utf8.DecodeLastRuneInString(rest[:at]); at > 0 && isWord(r) {
			continue
		}
		if at == 0 && endsInWord(before) {
			continue
		}
		for _, key := range w.client.keys {
			after, found := strings.CutPrefix(rest[at:], w.client.values[key])
			if r, _ := utf8.DecodeRuneInString(after); found && (after == "" || !isWord(r)) {
				keys = append(keys, key)
			}
		}
		if len(keys) > 0 {
			return at, keys
		}
	}
	return 0, nil
}

// endsInWord reports whether what was read ends within a word: not with a variable.
func endsInWord(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before != "" && isWord(r)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
