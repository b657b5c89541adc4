package sql

import (
	"fmt"
	"strings"
	"unicode"
)

// zoneWord reads a zone or an offset: as many characters as can belong to one.
func (r *jdkReader) zoneWord(f jdkField) error {
	n := strings.IndexFunc(r.rest, func(c rune) bool {
		return c > unicode.MaxASCII || !isLetter(byte(c)) && !isDigit(byte(c)) && !strings.ContainsRune("/+-:", c)
	})
	if n < 0 {
		n = len(r.rest)
	}
	id := r.rest[:n]
	offset, isOffset := offsetZone(id)
	switch f.letter {
	case 'X', 'x', 'Z':
		if !isOffset || id == "" || isLetter(id[0]) && (id != "Z" || f.letter == 'x') {
			return fmt.Errorf("%q where an offset is wanted", clip(r.rest))
		}
	case 'O':
		if !strings.HasPrefix(id, "GMT") {
			return fmt.Errorf("%q where GMT+1 is wanted", clip(r.rest))
		}
	}
	if r.rest = r.rest[n:]; isOffset {
		r.zone = offset
		return nil
	}
	if known, ok := shortZones[id]; ok && f.letter == 'z' {
		id = known
	}
	var err error
	r.zone, err = r.zones(id)
	return err
}

// shortZones are what short names of zones mean in English.
var shortZones = map[string]string{
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MST": "America/Denver", "MDT": "America/Denver",
	"CST": "America/Chicago", "CDT": "America/Chicago", "EST": "America/New_York", "EDT": "America/New_York",
	"AKST": "America/Anchorage", "AKDT": "America/Anchorage", "HST": "Pacific/Honolulu", "WET": "Europe/Lisbon",
	"CET": "Europe/Paris", "CEST": "Europe/Paris", "EET": "Europe/Helsinki", "EEST": "Europe/Helsinki",
	"BST": "Europe/London", "MSK": "Europe/Moscow", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
	"KST": "Asia/Seoul", "AEST": "Australia/Sydney",
	"AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}
