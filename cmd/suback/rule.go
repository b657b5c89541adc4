package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/suback/suback/docs/behaviour"
)

// rule prints rules of docs/behaviour, which this program was built with: those
// with the numbers that a hint names, or a list of those with a word.
func (p *program) rule(context.Context) error {
	fs := p.flags("rule")
	search := fs.String("search", "", "list the rules whose text has a `word`")
	numbers, err := p.parseWith(fs)
	switch {
	case err != nil:
		return err
	case *search != "" && len(numbers) > 0:
		return usagef("rule: there are numbers and --search, want one of them")
	case *search != "":
		return p.searchRules(*search)
	case len(numbers) == 0:
		return usagef("rule: want a rule's number, as in: suback rule B-660; or --search WORD")
	}
	return p.showRules(numbers)
}

// showRules prints the rules that there are, and fails for the others.
func (p *program) showRules(numbers []string) error {
	for _, n := range numbers {
		if !behaviour.IsNumber(n) {
			return usagef("rule: %q is no rule's number, as B-660 is; --search %s looks for the word", n, n)
		}
	}
	var none []error
	separator := ""
	for _, n := range numbers {
		r, found := behaviour.Find(n)
		if !found {
			none = append(none, fmt.Errorf("there is no rule %s, want one as %s", n,
				strings.Join(behaviour.Near(n), " or ")))
			continue
		}
		fmt.Fprint(p.stdout, separator+r.String())
		separator = "\n"
	}
	return errors.Join(none...)
}

func (p *program) searchRules(word string) error {
	found := behaviour.Search(word)
	if len(found) == 0 {
		return fmt.Errorf("no rule has %q", word)
	}
	for _, r := range found {
		fmt.Fprintln(p.stdout, r.Line())
	}
	return nil
}
