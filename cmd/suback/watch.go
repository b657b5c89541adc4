package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/trace"
)

// suback watch
//
//   - it shows what the trace holds and what comes, one record after the other, until
//     Control-C, with exit code 0; a closed standard output ends it without a word
//   - when it loses the gateway it says so once, tries again, and says that it is back; no
//     record comes twice, but for one whose count grew, which comes in short
//   - colours are for a terminal, and not with NO_COLOR

// watchFlags are what suback watch understands.
type watchFlags struct {
	addr, account, client, topic string
	outcome, operation, rule     string
	json                         bool
}

func (f *watchFlags) register(fs *flag.FlagSet) {
	httpFlag(fs, &f.addr)
	fs.StringVar(&f.account, "account", "", "`name` of the account; default: that of the file itself")
	fs.StringVar(&f.client, "client", "", "show records of this client `id` alone")
	fs.StringVar(&f.topic, "topic", "", "show records about topics that this `filter` of MQTT matches, as a/+/c")
	fs.StringVar(&f.outcome, "outcome", "", "show refused, withheld, note or allowed records alone")
	fs.StringVar(&f.operation, "operation", "", "show records of this `operation` alone, as Publish-In")
	fs.StringVar(&f.rule, "rule", "", "show records that name this `rule`, as B-501")
	fs.BoolVar(&f.json, "json", false, "print a line of JSON for each record")
}

// query is what the admin API is asked for.
func (f *watchFlags) query() (url.Values, error) {
	q := url.Values{}
	for name, value := range map[string]string{"client": f.client, "topic": f.topic, "outcome": f.outcome,
		"operation": f.operation, "rule": f.rule, "account": f.account} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if _, err := trace.ParseFilter(q); err != nil {
		return nil, usageError{fmt.Errorf("--%w", err)}
	}
	return q, nil
}

// watch shows the trace of a running gateway.
func (p *program) watch(ctx context.Context) error {
	var f watchFlags
	fs := p.flags("watch")
	f.register(fs)
	if err := p.parse(fs); err != nil {
		return err
	}
	query, err := f.query()
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGPIPE) // a closed standard output is an error of Write instead
	s := &stream{url: baseURL(f.addr) + "/_suback/trace", query: query, client: &http.Client{}, say: p.say}
	s.show = (&viewer{p.stdout, p.colours()}).show
	if f.json {
		s.show = func(line []byte, _ trace.Event) error {
			_, err := p.stdout.Write(append(line, '\n'))
			return err
		}
	}
	err = s.run(ctx)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	return err
}

// say tells of the program itself.
func (p *program) say(format string, args ...any) {
	fmt.Fprintln(p.stderr, "suback: "+printed.Line(fmt.Sprintf(format, args...)))
}

// colours reports whether standard output is a terminal that wants them.
func (p *program) colours() bool {
	file, isFile := p.stdout.(*os.File)
	if !isFile || p.getenv("NO_COLOR") != "" || p.getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// A viewer shows records to a person.
type viewer struct {
	w       io.Writer
	colours bool
}

// colour is how a terminal writes an outcome.
func colour(o trace.Outcome) string {
	switch o {
	case trace.Refused:
		return "\x1b[31m" // red
	case trace.Withheld:
		return "\x1b[33m" // yellow
	case trace.Allowed:
		return "\x1b[32m" // green
	}
	return "\x1b[36m" // cyan
}

func (v *viewer) show(_ []byte, e trace.Event) error {
	e.Time = e.Time.Local()
	first, rest, _ := strings.Cut(e.Text(), "\n") // escaped, whatever a client chose
	if v.colours {
		first = colour(e.Outcome) + first + "\x1b[0m"
	}
	if rest != "" {
		first += "\n" + rest
	}
	_, err := fmt.Fprintln(v.w, first)
	return err
}

// decode reads one record.
func decode(line []byte) (e trace.Event, err error) {
	if err = json.Unmarshal(line, &e); err != nil {
		err = fmt.Errorf("a record of the trace: %w", err)
	}
	return e, err
}
