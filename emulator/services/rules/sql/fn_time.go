package sql

import (
	"errors"
	"strings"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// timeFunctions are about time, which the Env has.
func timeFunctions() []function {
	return []function{
		{name: "timestamp", call: timestamp},
		{name: "parse_time", min: 2, max: 3, since: V2016, call: parseTime},
		{name: "time_to_epoch", min: 2, max: 2, since: V2016, call: timeToEpoch},
	}
}

func timestamp(r *run, _ []Value) Value {
	if r.env.Now == nil {
		return Value{}
	}
	return OfInt(r.env.Now().UnixMilli())
}

// parseTime writes a time in milliseconds as a pattern of Joda-Time says.
func parseTime(r *run, args []Value) Value {
	n, ok := r.version.numeric(args[1])
	if !ok || args[0].kind != String || len(args) == 3 && args[2].kind != String {
		return Value{}
	}
	ms := index(n, apd.RoundFloor)
	if ms > lastMillisecond || ms < -lastMillisecond {
		return Value{}
	}
	where := time.UTC
	if len(args) == 3 {
		var err error
		if where, err = r.zone(args[2].text); err != nil {
			r.note("parse_time: %v", err)
			return Value{}
		}
	}
	if !r.grow(100 * len(args[0].text)) {
		return Value{}
	}
	text, err := joda(args[0].text, time.UnixMilli(ms).In(where))
	if err != nil {
		r.note("parse_time: the pattern %q: %v", clip(args[0].text), err)
		return Value{}
	}
	return OfText(text)
}

// lastMillisecond is in the year 9999: what is later no pattern has room for [choice].
const lastMillisecond = 253402300799999

// timeToEpoch reads a time as a pattern of JDK 11 says, and gives its milliseconds.
func timeToEpoch(r *run, args []Value) Value {
	if args[0].kind != String || args[1].kind != String {
		return Value{}
	}
	if !r.grow(100*len(args[1].text) + len(args[0].text)) {
		return Value{}
	}
	pattern, err := jdkPattern(args[1].text)
	if err != nil {
		r.note("time_to_epoch: the pattern %q: %v", clip(args[1].text), err)
		return Value{}
	}
	t, err := pattern.parse(args[0].text, r.zone)
	if err != nil {
		if errors.Is(err, errNoZone) {
			r.note("time_to_epoch: %v", err)
		} else {
			r.note("time_to_epoch: %q is not as the pattern %q says: %v", clip(args[0].text), clip(args[1].text), err)
		}
		return Value{}
	}
	return OfInt(t.UnixMilli())
}

// errNoZone is a time zone that is not known.
var errNoZone = errors.New("there is no such time zone, or this machine has no list of them (package tzdata)")

// zone finds a time zone by its id, as Europe/Paris, UTC, Z, +02:00 or UTC+02:00.
func (r *run) zone(id string) (*time.Location, error) {
	if z, ok := offsetZone(id); ok {
		return z, nil
	}
	if id == "" || id == "Local" || strings.ContainsAny(id, `\.`) {
		return nil, zoneError(id)
	}
	z, err := r.env.location(id)
	if err != nil {
		return nil, zoneError(id)
	}
	return z, nil
}

type unknownZone string

func (z unknownZone) Error() string {
	return "the time zone " + clip(string(z)) + ": " + errNoZone.Error()
}
func (z unknownZone) Unwrap() error { return errNoZone }

func zoneError(id string) error { return unknownZone(id) }

// offsetZone reads an id that is a distance from UTC.
func offsetZone(id string) (*time.Location, bool) {
	if id == "Z" || id == "UTC" || id == "GMT" || id == "UT" {
		return time.UTC, true
	}
	offset := id
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		if rest, ok := strings.CutPrefix(id, prefix); ok {
			offset = rest
			break
		}
	}
	for _, layout := range []string{"-07:00:00", "-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, offset); err == nil {
			_, seconds := t.Zone()
			return time.FixedZone(id, seconds), true
		}
	}
	if len(offset) == 2 && (offset[0] == '+' || offset[0] == '-') && isDigit(offset[1]) {
		return offsetZone(offset[:1] + "0" + offset[1:])
	}
	return nil, false
}
