package faults

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/topic"
)

const (
	mostDelay = 10 * time.Minute
	mostCut   = time.Hour

	// MostLasts is how long a fault can last that is over by itself.
	MostLasts = 24 * time.Hour
)

// Reasons are what a CONNECT can be refused for, and what MQTT 5 gets then; 3.1.1 is closed.
func Reasons() []string { return slices.Sorted(maps.Keys(reasons)) }

var reasons = map[string]bool{
	"AUTHORIZATION_FAILURE":             true, // CONNACK 0x87
	"THROTTLED":                         true, // CONNACK 0x97
	"CLIENT_ID_INVALID":                 true, // CONNACK 0x85
	"MALFORMED_PACKET":                  true, // CONNACK 0x80
	"DEVICE_CERTIFICATE_NOT_REGISTERED": true, // closed without a word, as the next ones
	"DEVICE_CERTIFICATE_INACTIVE":       true,
	"DEVICE_CERTIFICATE_REVOKED":        true,
	"SNI_MISUSED":                       true,
	"SERVER_ERROR":                      true,
}

// A kind is what goes with a place and what is done there: names of fields, with a ! at
// the end if it is required.
type kind string

var kinds = map[On]map[Do]kind{
	Client:      {Close: "client", Cut: "client for!", Replace: "client"},
	Connect:     {Refuse: "client reason", Delay: "client delay!"},
	Publish:     {Close: "client topic", Throttle: "client topic", Delay: "client topic delay!"},
	Puback:      {Drop: "client topic", Delay: "client topic delay!", Reorder: "client topic"},
	Deliver:     {Drop: "client topic", Delay: "client topic delay!", Close: "client topic"},
	Function:    {Fail: "function", Delay: "function delay!"},
	Action:      {Fail: "rule", Delay: "rule delay!"},
	HTTP:        {Throttle: "path", Fail: "path", Delay: "path delay!"},
	Ping:        {Drop: "client"},
	Suback:      {Drop: "client"},
	Certificate: {Expire: "serverName source", Rename: "serverName source", Forge: "serverName source"},
}

// given are the fields of a fault that have been given.
func (f *Fault) given() map[string]bool {
	return map[string]bool{"client": f.Client != "", "topic": f.Topic != "", "function": f.Function != "",
		"rule": f.Rule != "", "path": f.Path != "", "reason": f.Reason != "", "delay": f.Delay != 0,
		"for": f.For != 0, "serverName": f.ServerName != "", "source": f.Source != ""}
}

// Check says what is wrong with a fault, by the name of its field, and fills in what it leaves out.
func (f *Fault) Check() error {
	dos, ok := kinds[f.On]
	if !ok {
		return fmt.Errorf("on: %s", unknown(string(f.On), keys(kinds)))
	}
	with, ok := dos[f.Do]
	if !ok {
		return fmt.Errorf("do: %s", unknown(string(f.Do), keys(dos)))
	}
	if err := f.checkFields(strings.Fields(string(with))); err != nil {
		return err
	}
	if f.Reason == "" && f.Do == Refuse {
		f.Reason = "AUTHORIZATION_FAILURE"
	}
	if f.Times == nil {
		f.Times = new(1)
	}
	if f.Probability == nil {
		f.Probability = new(1.0)
	}
	return f.checkValues()
}

func (f *Fault) checkFields(with []string) error {
	given := f.given()
	for _, name := range with {
		if name, required := strings.CutSuffix(name, "!"); required && !given[name] {
			return fmt.Errorf("%s: it is missing, want a duration for %s %s", name, f.On, f.Do)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if given[name] && !slices.Contains(with, name) && !slices.Contains(with, name+"!") {
			return fmt.Errorf("%s: %s %s has none, want %s", name, f.On, f.Do,
				strings.ReplaceAll(strings.Join(with, " or "), "!", ""))
		}
	}
	return nil
}

func (f *Fault) checkValues() error {
	wrong := topic.Unfit(f.Topic)
	switch {
	case wrong != "":
		return errors.New("topic: " + wrong)
	case f.Reason != "" && !reasons[f.Reason]:
		return fmt.Errorf("reason: %s", unknown(f.Reason, Reasons()))
	case f.Delay < 0 || time.Duration(f.Delay) > mostDelay:
		return fmt.Errorf("delay: %s, want one above 0 and up to %s", time.Duration(f.Delay), mostDelay)
	case f.For < 0 || time.Duration(f.For) > mostCut:
		return fmt.Errorf("for: %s, want one above 0 and up to %s", time.Duration(f.For), mostCut)
	case f.Lasts != 0 && f.On == Client:
		return fmt.Errorf("lasts: %s %s has none, want it for what strikes later", f.On, f.Do)
	case f.Lasts < 0 || time.Duration(f.Lasts) > MostLasts:
		return fmt.Errorf("lasts: %s, want one above 0 and up to %s", time.Duration(f.Lasts), MostLasts)
	case *f.Times < 0:
		return fmt.Errorf("times: %d, want 1 or more, or 0 for until it is taken back", *f.Times)
	case f.Do == Cut && *f.Times != 1, f.Do == Cut && *f.Probability != 1:
		return errors.New("times, probability: a cut has its time, want neither")
	case f.On == Client && *f.Times != 1:
		return errors.New("times: whoever is connected now is closed once, want none")
	case !(*f.Probability > 0 && *f.Probability <= 1):
		return fmt.Errorf("probability: %v, want one above 0 and up to 1", *f.Probability)
	}
	return nil
}

func keys[K ~string, V any](m map[K]V) (all []string) {
	for k := range m {
		all = append(all, string(k))
	}
	slices.Sort(all)
	return all
}

func unknown(got string, names []string) string {
	said := fmt.Sprintf("%q is not known, want one of %s", got, strings.Join(names, ", "))
	if meant := near.Name(got, names); meant != "" {
		said = fmt.Sprintf("%q is not known, is %s meant? There is %s", got, meant, strings.Join(names, ", "))
	}
	return said
}
