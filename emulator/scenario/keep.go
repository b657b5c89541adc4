package scenario

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What steps keep of answers for later ones, and the names that stand for it.

// A valuer is a place that knows names by itself.
type valuer interface {
	value(name string) (text string, ok bool)
}

var (
	keptName = regexp.MustCompile(`\{\{([a-zA-Z][\w.-]*)\}\}`)
	many     = regexp.MustCompile(`\{\{(\w)\*(\d{1,5})\}\}`)
)

// filled is a text with what names stand for in it, and {{x*6000}} for 6000 times x. That each
// stands for something is known before the step is played.
func (p *player) filled(text string) string {
	text = many.ReplaceAllStringFunc(text, func(all string) string {
		m := many.FindStringSubmatch(all)
		times, _ := strconv.Atoi(m[2]) // digits
		return strings.Repeat(m[1], times)
	})
	return keptName.ReplaceAllStringFunc(text, func(name string) string {
		value, _ := p.value(name[2 : len(name)-2])
		return value
	})
}

// value is what a name stands for.
func (p *player) value(name string) (text string, ok bool) {
	p.mu.Lock()
	text, ok = p.kept[name]
	p.mu.Unlock()
	if v, knows := p.place.(valuer); !ok && knows {
		text, ok = v.value(name)
	}
	return text, ok
}

// keep takes members of an answer.
func (p *player) keep(wanted map[string]string, body []byte) error {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		value, ok := member(body, wanted[name])
		if !ok {
			return fmt.Errorf("the answer has no %s to keep, got %s", wanted[name], shown(body))
		}
		p.mu.Lock()
		p.kept[name] = value
		p.mu.Unlock()
	}
	return nil
}

// member is a member of JSON by its path, or an element of XML by the last name of it.
func member(body []byte, path string) (string, bool) {
	v, isJSON := decoded(body)
	if !isJSON {
		name := path[strings.LastIndex(path, ".")+1:]
		m := regexp.MustCompile("<" + regexp.QuoteMeta(name) + ">([^<]*)</").FindSubmatch(body)
		if m == nil {
			return "", false
		}
		return string(m[1]), true
	}
	v, ok := inside(v, path)
	if text, isText := v.(string); isText {
		return text, ok
	}
	return encoded(v), ok
}

// inside is the member at a path, as credentials.sessionToken.
func inside(v any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		inner, ok := object[name]
		if !ok {
			return nil, false
		}
		v = inner
	}
	return v, true
}

// filledIn are settings with names filled in.
func (p *player) filledIn(c *Client) *Client {
	of := *c
	for _, field := range []**string{&of.Username, &of.Password} {
		if *field != nil {
			text := p.filled(**field)
			*field = &text
		}
	}
	of.Path = p.filled(c.Path)
	of.Headers = p.filledAll(c.Headers)
	of.Sign = p.signer(c.Sign)
	of.answer, of.refresh = []byte(p.filled(string(c.answer))), []byte(p.filled(string(c.refresh)))
	if c.refresh == nil {
		of.refresh = nil
	}
	return &of
}

func (p *player) filledAll(texts map[string]string) map[string]string {
	all := map[string]string{}
	for name, text := range texts {
		all[name] = p.filled(text)
	}
	return all
}

func (p *player) signer(s *Sign) *Sign {
	if s == nil {
		return nil
	}
	of := s.completed(p.c.Scenario)
	of.Key, of.Secret, of.Token = p.filled(of.Key), p.filled(of.Secret), p.filled(of.Token)
	return &of
}
