package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// A repl tries statements that are typed, one a line, on a message that can be changed
// between them.
type repl struct {
	p       *program
	flags   *sqlFlags
	version sql.Version
}

func newREPL(p *program, f *sqlFlags, ver sql.Version) *repl { return &repl{p, f, ver} }

const replHelp = `A statement, as SELECT * WHERE temp > 20, or one of
  .payload JSON or a file   .topic TOPIC   .client ID   .version 2015-10-08 or 2016-03-23
  .help   .quit`

// run reads lines until there are none, or .quit.
func (r *repl) run(ctx context.Context, in io.Reader) error {
	fmt.Fprintln(r.p.stdout, replHelp)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for r.prompt(); lines.Scan() && ctx.Err() == nil; r.prompt() {
		line := strings.TrimSpace(lines.Text())
		if line == ".quit" || line == ".exit" {
			return nil
		}
		if err := r.line(ctx, line); err != nil {
			fmt.Fprintln(r.p.stdout, "error:", err)
		}
	}
	fmt.Fprintln(r.p.stdout)
	return lines.Err()
}

func (r *repl) prompt() { fmt.Fprint(r.p.stdout, "sql> ") }

func (r *repl) line(ctx context.Context, line string) error {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "":
	case ".help":
		fmt.Fprintln(r.p.stdout, replHelp)
	case ".payload":
		before := r.flags.payload
		r.flags.payload = rest
		if _, err := r.flags.bytes(strings.NewReader("")); err != nil {
			r.flags.payload = before
			return err
		}
	case ".topic":
		r.flags.topic = rest
	case ".client":
		r.flags.client = rest
	case ".version":
		ver, err := sql.ParseVersion(rest)
		if err != nil {
			return err
		}
		r.version = ver
	default:
		if strings.HasPrefix(word, ".") {
			return fmt.Errorf("there is no %s, want .payload, .topic, .client, .version, .help or .quit", word)
		}
		return r.statement(ctx, line)
	}
	return nil
}

func (r *repl) statement(ctx context.Context, text string) error {
	s, err := sql.Parse(text, r.version)
	if err != nil {
		return err
	}
	payload, err := r.flags.bytes(strings.NewReader(""))
	if err != nil {
		return err
	}
	t := r.flags.try(ctx, s, payload)
	if t.Yes() {
		fmt.Fprintf(r.p.stdout, "%s\n", t.Payload)
	}
	for _, line := range t.Lines() {
		fmt.Fprintln(r.p.stdout, line)
	}
	return nil
}
