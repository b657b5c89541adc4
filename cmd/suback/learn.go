package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/suback/suback/emulator/learn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/printed"
)

// suback learn
//
//   - from a running gateway that does not enforce (enforce: log): what was asked since it
//     began, and what is asked until Control-C, or for --for; 0s is what there is
//   - from a recording: lines of GET /_suback/asked, of the trace, of AWS's log
//   - the policy goes to standard output, what there is to say of it to standard error
//   - exit code 1 if nothing was asked, or if the policy does not allow all of it

// untilInterrupted is how long is followed where nobody says.
const untilInterrupted time.Duration = -1

// learnFlags are what suback learn understands.
type learnFlags struct {
	addr, account, client, region string
	span                          time.Duration
	size, documents               int
	json                          bool
}

func (f *learnFlags) register(fs *flag.FlagSet) {
	httpFlag(fs, &f.addr)
	fs.StringVar(&f.account, "account", "", "`name` of the account; default: that of the file itself")
	fs.StringVar(&f.client, "client", "", "make the policy of this client `id` alone")
	fs.StringVar(&f.region, "region", "us-east-1", "`region` of a recording of AWS's log, which names none")
	fs.DurationVar(&f.span, "for", untilInterrupted, "`time` to follow the gateway, as 30s; 0s takes what there "+
		"is (default until Control-C)")
	fs.Lookup("for").DefValue = "0s" // none to show
	fs.IntVar(&f.size, "size", policy.MaxDocumentSize, "most `characters` of a document; AWS's limit is the "+
		"default")
	fs.IntVar(&f.documents, "documents", 1, "most `documents` it may be split into, up to 10")
	fs.BoolVar(&f.json, "json", false, "print documents and report as one JSON object")
}

func (f *learnFlags) options() learn.Options {
	return learn.Options{Size: f.size, Documents: f.documents}
}

func (f *learnFlags) check() error {
	if f.span < untilInterrupted {
		return usagef("--for is %s, want 0s or more", f.span)
	}
	if _, err := (place{region: f.region}).context(); err != nil {
		return usagef("--region: %w", err)
	}
	switch { // to package learn, 0 is its default
	case f.size == 0:
		return usagef("--size is 0, want 1 to %d", policy.MaxDocumentSize)
	case f.documents == 0:
		return usagef("--documents is 0, want 1 to %d", policy.MaxDocuments)
	}
	if _, err := learn.From(nil, f.options()); !errors.Is(err, learn.ErrNothing) {
		return usagef("--%w", err)
	}
	return nil
}

// learn prints the smallest policy for what was asked.
func (p *program) learn(ctx context.Context) error {
	var f learnFlags
	fs := p.flags("learn")
	f.register(fs)
	files, err := p.parseWith(fs)
	if err != nil {
		return err
	}
	if len(files) > 1 {
		return usagef("learn: there are %d files, want one recording, or none for a running gateway", len(files))
	}
	if err := f.check(); err != nil { // before anything is waited for
		return err
	}
	rec := &learn.Recording{}
	if len(files) == 1 {
		rec, err = p.recorded(files[0], f.region)
	} else {
		rec, err = p.asked(ctx, &f)
	}
	if err != nil {
		return err
	}
	if f.client != "" {
		rec.Requests = slices.DeleteFunc(rec.Requests, func(r learn.Request) bool { return r.Client != f.client })
	}
	learned, err := learn.From(rec.Requests, f.options())
	if err != nil {
		return unlearned(err, rec)
	}
	learned.Notes = append(learned.Notes, limits(rec)...)
	return p.learned(learned, &f)
}

// unlearned adds to an error what the recording is.
func unlearned(err error, rec *learn.Recording) error {
	if errors.Is(err, learn.ErrNothing) && rec.Other > 0 {
		return hinted{err, fmt.Sprintf("none of %d records says what a policy was asked: record GET /_suback/asked of a "+
			"gateway with --enforce log, or AWSIotLogsV2", rec.Other)}
	}
	if errors.Is(err, learn.ErrNothing) {
		return hinted{err, "let the devices connect, publish and subscribe while it is recorded"}
	}
	return err
}

// recorded reads a file; "-" is standard input.
func (p *program) recorded(file, region string) (*learn.Recording, error) {
	var in io.Reader = os.Stdin
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer opened.Close()
		in = opened
	}
	rec, err := learn.Read(in, region)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rec, nil
}

// learned prints a policy, and tells of it.
func (p *program) learned(l *learn.Learned, f *learnFlags) error {
	if f.json {
		if err := p.printJSON(l); err != nil {
			return err
		}
	} else {
		for _, document := range l.Documents {
			fmt.Fprintln(p.stdout, printed.JSON(string(document)))
		}
		p.tell(l)
	}
	if len(l.Refused) > 0 {
		return errNo
	}
	return nil
}

// limits are what a recording cannot tell.
func limits(rec *learn.Recording) (notes []string) {
	if rec.Omitted > 0 {
		notes = append(notes, fmt.Sprintf("the gateway had no room for %d questions: they are not in the policy",
			rec.Omitted))
	}
	if rec.Partial {
		notes = append(notes, "a trace has what a policy refused, not what it allowed: "+
			"GET /_suback/asked of a gateway with --enforce log has both")
	}
	return notes
}

// maxTold is how many refused requests are told one by one.
const maxTold = 10

// tell says to a person what a policy does with what it was made of.
func (p *program) tell(l *learn.Learned) {
	if n := len(l.Refused); n > 0 {
		p.say("replayed: the policy refuses %d of %d requests", n, l.Requests)
	} else {
		p.say("replayed: the policy allows all %d requests of %d clients", l.Requests, l.Clients)
	}
	for _, r := range l.Refused[:min(len(l.Refused), maxTold)] {
		p.say("refused: %s of %q: %s; %s", r.Request.Action, r.Request.Client, r.Decision,
			cmp.Or(r.Decision.Hint.Text, "no statement allows it"))
	}
	for _, o := range l.Opened {
		p.say("opens: %s", o)
	}
	for _, note := range l.Notes {
		p.say("note: %s", note)
	}
}
