package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/services/rules/sql"
	"github.com/suback/suback/emulator/tree"
)

// sqlFlags say what message a statement is tried on.
type sqlFlags struct {
	version, topic, client, payload, account, junit string
	asJSON                                          bool
}

func (f *sqlFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&f.version, "sql-version", "2016-03-23",
		"the rule's awsIotSqlVersion: 2015-10-08, which the API takes when there is none, 2016-03-23 or beta")
	fs.Func("topic", "the message's `topic`; default: the statement's FROM", topicTo(&f.topic))
	fs.StringVar(&f.client, "client", "", "the publisher's client `id`; default: none, as over HTTPS")
	fs.StringVar(&f.payload, "payload", "{}", "the message's payload: JSON, a `file`, or - for standard input")
	fs.StringVar(&f.account, "account", registry.DefaultAccount, "what accountid() gives")
	fs.StringVar(&f.junit, "junit", "", "with test: write the results into a `file`, as JUnit does")
	fs.BoolVar(&f.asJSON, "json", false, "print the result and the reasons as one JSON object")
}

// sql tries the statement of a rule on a message: what the actions would get, and why
// not. "sql test" does that for tables of cases.
func (p *program) sql(ctx context.Context) error {
	var f sqlFlags
	fs := p.flags("sql")
	f.register(fs)
	rest, err := p.parseWith(fs)
	if err != nil {
		return err
	}
	ver, err := sql.ParseVersion(f.version)
	switch {
	case !accountID.MatchString(f.account):
		return usagef("--account is %q, want 12 digits", f.account)
	case err != nil:
		return usagef("--sql-version: %w", err)
	case len(rest) > 0 && rest[0] == "test":
		return p.sqlTest(ctx, &f, rest[1:])
	case f.junit != "":
		return usagef("--junit: there is no test, want suback sql test FILES…")
	case len(rest) == 0 && isTerminal(os.Stdin):
		return newREPL(p, &f, ver).run(ctx, os.Stdin)
	case len(rest) != 1:
		return usagef("sql: want one statement in quotes, as in suback sql \"SELECT * FROM 'room/+' WHERE temp > 20\", or test FILES…")
	}
	s, err := sql.Parse(rest[0], ver)
	if err != nil {
		return p.refusedSQL(&f, err)
	}
	payload, err := f.bytes(os.Stdin)
	if err != nil {
		return err
	}
	return p.printSQL(&f, f.try(ctx, s, payload))
}

// isTerminal takes no device that nobody types at, as /dev/null.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// refusedSQL tells why a statement is none.
func (p *program) refusedSQL(f *sqlFlags, err error) error {
	var e *sql.Error
	if f.asJSON && errors.As(err, &e) {
		text, _ := json.Marshal(map[string]any{
			"error": e.Error(), "offset": e.Offset, "line": e.Line, "column": e.Column,
		})
		fmt.Fprintf(p.stdout, "%s\n", text)
	}
	return usageError{err}
}

// bytes is the payload that --payload means.
func (f *sqlFlags) bytes(stdin io.Reader) ([]byte, error) {
	switch {
	case f.payload == "-":
		all, err := io.ReadAll(io.LimitReader(stdin, maxSQLPayload+1))
		if len(all) > maxSQLPayload {
			return nil, usagef("--payload: standard input has more than %d bytes", maxSQLPayload)
		}
		return all, err
	case json.Valid([]byte(f.payload)):
		return []byte(f.payload), nil
	}
	if _, err := os.Stat(f.payload); err != nil {
		return nil, usagef("--payload is %q, want JSON, a file that exists, or -", f.payload)
	}
	all, err := tree.ReadFile(f.payload, maxSQLPayload)
	if err != nil {
		err = usagef("--payload: %w", err)
	}
	return all, err
}

// maxSQLPayload is what a message can carry on AWS [B-680].
const maxSQLPayload = 128 << 10

func (f *sqlFlags) try(ctx context.Context, s *sql.Statement, payload []byte) *sql.Trial {
	m := &sql.Message{Topic: f.topic, ClientID: f.client, Payload: sql.NewPayload(payload)}
	if f.client != "" {
		m.TraceID = uuid.NewString()
	}
	return s.Try(ctx, m, &sql.Env{Account: f.account, Now: time.Now, UUID: uuid.NewString, Random: rand.Float64})
}
