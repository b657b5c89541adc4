package sql_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// TestParseTime goes through the letters of Joda-Time's DateTimeFormat: 1481825251155 ms
// is Thursday, 2016-12-15T18:07:31.155Z.
func TestParseTime(t *testing.T) {
	for _, tt := range []struct{ pattern, zone, want string }{
		{"yyyy-MM-dd'T'HH:mm:ss.SSSZZ", "UTC", "2016-12-15T18:07:31.155+00:00"}, {"yy y YYYY", "UTC", "16 2016 2016"},
		{"G C", "UTC", "AD 20"}, {"x-ww-e", "UTC", "2016-50-4"}, {"E EEEE", "UTC", "Thu Thursday"}, {"D DDD", "UTC", "350 350"},
		{"M MM MMM MMMM", "UTC", "12 12 Dec December"}, {"d ddd", "UTC", "15 015"}, {"a h hh K", "UTC", "PM 6 06 6"},
		{"H k kk", "UTC", "18 18 18"}, {"s ss S SS SSSSS", "UTC", "31 31 1 15 15500"},
		{"Z ZZ ZZZ", "Europe/Paris", "+0100 +01:00 Europe/Paris"},
		{"z", "Europe/Paris", "CET"}, {"z", "America/Los_Angeles", "PST"}, {"HH", "+05:30", "23"}, {"HH", "Asia/Kolkata", "23"},
		{"'o''clock' ''h''", "UTC", "o'clock '6'"}, {"yyyy/MM/dd", "UTC", "2016/12/15"},
		{"yyyy", "Nowhere/Land", ""}, {"b", "UTC", ""}, {"'a", "UTC", ""}, {"yyyy", "../etc/passwd", ""}, {"yyyy", "", ""},
	} {
		payload := `{"p":` + string(sql.OfText(tt.pattern).JSON()) + `,"z":"` + tt.zone + `"}`
		want := string(sql.OfText(tt.want).JSON())
		if tt.want == "" {
			want = ""
		}
		r := parse(t, `SELECT VALUE parse_time(p, 1481825251155, z)`, sql.V2016).Evaluate(context.Background(), message("a", payload), env())
		if string(r.Payload) != want || (want == "") != (len(r.Notes) == 1) {
			t.Errorf("%s in %s: got %s, %v; want %s (R-78)", tt.pattern, tt.zone, r.Payload, r.Notes, want)
		}
	}
}

// TestTimeToEpoch goes through the letters of JDK 11's DateTimeFormatter.
func TestTimeToEpoch(t *testing.T) {
	at := func(year, month, day, hour, minute, second, ms int) string {
		return string(sql.OfInt(time.Date(year, time.Month(month), day, hour, minute, second, ms*1e6, time.UTC).UnixMilli()).JSON())
	}
	for _, tt := range []struct{ text, pattern, want string }{
		{"2020-04-03", "yyyy-MM-dd", at(2020, 4, 3, 0, 0, 0, 0)}, {"20200403", "yyyyMMdd", at(2020, 4, 3, 0, 0, 0, 0)},
		{"20200403101112345", "uuuuMMddHHmmssSSS", at(2020, 4, 3, 10, 11, 12, 345)}, {"3/4/20", "d/M/yy", at(2020, 4, 3, 0, 0, 0, 0)},
		{"3/4/2020", "d/M/y", at(2020, 4, 3, 0, 0, 0, 0)}, {"Fri, 3 Apr 2020", "EEE, d MMM yyyy", at(2020, 4, 3, 0, 0, 0, 0)},
		{"Friday 03 April 2020 AD", "EEEE dd LLLL yyyy G", at(2020, 4, 3, 0, 0, 0, 0)},
		{"2020-094", "yyyy-DDD", at(2020, 4, 3, 0, 0, 0, 0)},
		{"2020-04-03T10:11:12Z", "yyyy-MM-dd'T'HH:mm:ssX", at(2020, 4, 3, 10, 11, 12, 0)},
		{"2020-04-03T10:11:12+02:00", "yyyy-MM-dd'T'HH:mm:ssXXX", at(2020, 4, 3, 8, 11, 12, 0)},
		{"2020-04-03 10:11 +0200", "yyyy-MM-dd HH:mm Z", at(2020, 4, 3, 8, 11, 0, 0)},
		{"2020-04-03 10:11 GMT+2", "yyyy-MM-dd HH:mm O", at(2020, 4, 3, 8, 11, 0, 0)},
		{"2020-07-03 10:11 Europe/Paris", "yyyy-MM-dd HH:mm VV", at(2020, 7, 3, 8, 11, 0, 0)},
		{"2020-07-03 10:11 PDT", "yyyy-MM-dd HH:mm z", at(2020, 7, 3, 17, 11, 0, 0)},
		{"2020-04-03 12:05 AM", "yyyy-MM-dd hh:mm a", at(2020, 4, 3, 0, 5, 0, 0)},
		{"2020-04-03 1 PM", "yyyy-MM-dd h a", at(2020, 4, 3, 13, 0, 0, 0)},
		{"2020-04-03 24", "yyyy-MM-dd kk", at(2020, 4, 3, 0, 0, 0, 0)}, {"2020-04-03", "yyyy-MM-dd[ HH:mm]", at(2020, 4, 3, 0, 0, 0, 0)},
		{"2020-04-03 10:11", "yyyy-MM-dd[ HH:mm]", at(2020, 4, 3, 10, 11, 0, 0)},
		{"2021-02-31", "yyyy-MM-dd", at(2021, 2, 28, 0, 0, 0, 0)},
		{"3 o'clock 2020-04-03", "H 'o''clock' yyyy-MM-dd", at(2020, 4, 3, 3, 0, 0, 0)},
		{"2020-4-3", "yyyy-MM-dd", ""}, {"2020-04-03 ", "yyyy-MM-dd", ""}, {"2020-13-03", "yyyy-MM-dd", ""},
		{"2020-04-03", "yyyy-MM-dd HH", ""},
		{"10:11", "HH:mm", ""}, {"Thu 2020-04-03", "EEE yyyy-MM-dd", ""}, {"3 april 2020", "d MMMM yyyy", ""},
		{"2020-04-03 25", "yyyy-MM-dd HH", ""},
		{"2020-04-03 ABC", "yyyy-MM-dd z", ""}, {"2020", "bbbb", ""}, {"2020", "yyyy]", ""}, {"2020", "'yyyy", ""},
		{"2020-60", "yyyy-ww", ""},
	} {
		payload := `{"t":` + string(sql.OfText(tt.text).JSON()) + `,"p":` + string(sql.OfText(tt.pattern).JSON()) + `}`
		r := parse(t, `SELECT VALUE time_to_epoch(t, p)`, sql.V2016).Evaluate(context.Background(), message("a", payload), env())
		if string(r.Payload) != tt.want || (tt.want == "") != (len(r.Notes) == 1) {
			t.Errorf("%s as %s: got %s, %v; want %s (R-78)", tt.text, tt.pattern, r.Payload, r.Notes, tt.want)
		}
	}
}

// TestNoZones: on a machine without time zones that is said, and what needs none works.
func TestNoZones(t *testing.T) {
	e := env()
	e.Location = func(string) (*time.Location, error) { return nil, errors.New("none") }
	for expression, want := range map[string]string{
		`parse_time('HH', 0, 'Europe/Paris')`:                    "",
		`time_to_epoch('1970-01-01 CET', 'yyyy-MM-dd z')`:        "",
		`parse_time('HH z', 0)`:                                  `"00 UTC"`,
		`time_to_epoch('1970-01-01 +01:00', 'yyyy-MM-dd XXX')`:   `-3600000`,
		`time_to_epoch('1970-01-01 UTC+01:00', 'yyyy-MM-dd VV')`: `-3600000`,
	} {
		r := parse(t, "SELECT VALUE "+expression, sql.V2016).Evaluate(context.Background(), message("a", "{}"), e)
		said := strings.Contains(strings.Join(r.Notes, ""), "this machine has no list of them (package tzdata)")
		if string(r.Payload) != want || said != (want == "") {
			t.Errorf("%s: got %s, %v; want %s (R-78)", expression, r.Payload, r.Notes, want)
		}
	}
}
