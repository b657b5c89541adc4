package sql

import (
	"errors"
	"time"
)

// time puts together what was found, and refuses what cannot be.
func (r *jdkReader) time() (time.Time, error) {
	date, err := r.date()
	if err != nil {
		return time.Time{}, err
	}
	hour, err := r.hour()
	if err != nil {
		return time.Time{}, err
	}
	f := r.found
	if f['m'] > 59 || f['s'] > 59 || f['S']+f['n'] > 999999999 {
		return time.Time{}, errors.New("the time does not exist")
	}
	zone := time.UTC
	if r.zone != nil {
		zone = r.zone
	}
	t := time.Date(date.Year(), date.Month(), date.Day(),
		int(hour), int(f['m']), int(f['s']), int(f['S']+f['n']), zone)
	return t.Add(time.Duration(f['A'])*time.Millisecond + time.Duration(f['N'])), nil
}

// date is the day that was found.
func (r *jdkReader) date() (time.Time, error) {
	f := r.found
	year, hasYear := first(f, 'y', 'u')
	if f['G'] == 2 {
		year = 1 - year
	}
	month, hasMonth := first(f, 'M', 'L')
	day, hasDay := f['d']
	if dayOfYear, ok := f['D']; ok {
		month, day, hasMonth, hasDay = 1, dayOfYear, true, true
	} else if hasMonth && hasDay {
		if month < 1 || month > 12 || day < 1 || day > 31 {
			return time.Time{}, errors.New("the date does not exist")
		}
		day = min(day, lastDay(year, month)) // February 30th is the last of February
	}
	if !hasYear || !hasMonth || !hasDay || year < -9999 || year > 9999 {
		return time.Time{}, errors.New("there is no date in it")
	}
	date := time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, time.UTC)
	switch weekday := f['E']; {
	case date.Year() != int(year) || day < 1:
		return time.Time{}, errors.New("the date does not exist")
	case weekday != 0 && weekday%7 != int64(date.Weekday()):
		return time.Time{}, errors.New("the day of the week is another")
	}
	return date, nil
}

func lastDay(year, month int64) int64 {
	return int64(time.Date(int(year), time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day())
}

// hour is one of 0 to 23, whichever way it was written.
func (r *jdkReader) hour() (int64, error) {
	f := r.found
	hour, ok := f['H']
	if k, has := f['k']; has {
		hour, ok = k%24, true
	}
	if !ok {
		half, has := f['K']
		if h, has12 := f['h']; has12 {
			half, has = h%12, true
		}
		if has && half < 12 {
			hour = half
			if f['a'] == 2 {
				hour += 12
			}
		}
	}
	if hour < 0 || hour > 23 {
		return 0, errors.New("the hour does not exist")
	}
	return hour, nil
}

func first(found map[byte]int64, letters ...byte) (int64, bool) {
	for _, l := range letters {
		if v, ok := found[l]; ok {
			return v, true
		}
	}
	return 0, false
}
