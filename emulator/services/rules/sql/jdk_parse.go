package sql

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

// A jdkReader is how far a text is read, and what is known of it.
type jdkReader struct {
	rest  string
	found map[byte]int64
	zone  *time.Location
	zones func(string) (*time.Location, error)
}

// parse reads a text, all of it.
func (p *jdkTime) parse(text string, zones func(string) (*time.Location, error)) (time.Time, error) {
	r := &jdkReader{rest: text, found: map[byte]int64{}, zones: zones}
	if err := r.fields(p.fields); err != nil {
		return time.Time{}, err
	}
	if r.rest != "" {
		return time.Time{}, fmt.Errorf("%q is too much", clip(r.rest))
	}
	return r.time()
}

func (r *jdkReader) fields(fields []jdkField) error {
	for i, f := range fields {
		if f.optional != nil {
			before := *r
			before.found = maps.Clone(r.found)
			if err := r.fields(f.optional); err != nil {
				*r = before
			}
			continue
		}
		var err error
		switch {
		case f.letter == 0:
			var ok bool
			if r.rest, ok = strings.CutPrefix(r.rest, f.text); !ok {
				err = fmt.Errorf("%q where %q is wanted", clip(r.rest), f.text)
			}
		case f.isNumber():
			err = r.number(f, taken(fields[i+1:]))
		default:
			err = r.word(f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// taken is how many digits numbers of fixed width take, that stand directly behind.
func taken(fields []jdkField) (n int) {
	for _, f := range fields {
		least, most := f.widths()
		if !f.isNumber() || f.optional != nil || least != most {
			break
		}
		n += least
	}
	return n
}

func (r *jdkReader) number(f jdkField, behind int) error {
	least, most := f.widths()
	text, negative := r.rest, false
	if least != most && strings.HasPrefix(text, "-") {
		text, negative = text[1:], true
	}
	n := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if least != most {
		most = max(least, min(most, n-behind))
	}
	n = min(n, most, 18)
	if n < least {
		return fmt.Errorf("%q where %s is wanted", clip(r.rest), strings.Repeat(string(f.letter), f.count))
	}
	v, err := strconv.ParseInt(text[:n], 10, 64)
	if err != nil {
		return err
	}
	switch {
	case f.letter == 'S':
		for range 9 - n {
			v *= 10
		}
	case (f.letter == 'y' || f.letter == 'u') && f.count == 2:
		v += 2000
	case negative:
		v = -v
	}
	r.found[f.letter], r.rest = v, text[n:]
	return nil
}

func (r *jdkReader) word(f jdkField) error {
	number := 0
	switch f.letter {
	case 'M', 'L':
		number, r.rest = monthNames().cut(r.rest, f.count == 3)
		r.found['M'] = int64(number)
	case 'E', 'e', 'c':
		number, r.rest = dayNames().cut(r.rest, f.count <= 3)
		r.found['E'] = int64(number)
	case 'Q', 'q':
		number, r.rest = names{long: []string{"Q1.", "Q2.", "Q3.", "Q4."}}.cut(r.rest+".", false)
		r.rest = strings.TrimSuffix(r.rest, ".")
	case 'a':
		number, r.rest = names{long: []string{"AM", "PM"}}.cut(r.rest, false)
		r.found['a'] = int64(number)
	case 'G':
		eras := names{long: []string{"AD", "BC"}}
		if f.count == 4 {
			eras.long = []string{"Anno Domini", "Before Christ"}
		}
		number, r.rest = eras.cut(r.rest, false)
		r.found['G'] = int64(number)
	default:
		return r.zoneWord(f)
	}
	if number == 0 {
		return fmt.Errorf("%q where %s is wanted", clip(r.rest), strings.Repeat(string(f.letter), f.count))
	}
	return nil
}
