package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/suback/suback/cmd/subackbench/load"
)

// The exit codes.
const (
	exitYes   = 0
	exitNo    = 1
	exitUsage = 2
)

// errUsage is a call that is not understood: what was wrong has been printed.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends this at once
	code := run(ctx, os.Args, os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program, or one of the children that it runs itself as.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	var err error
	switch {
	case filepath.Base(args[0]) == functionName:
		err = answerInvocations(getenv(statementsVariable))
	case len(args) > 1 && args[1] == "load":
		err = load.Run(ctx, args[2:], stdout)
	case len(args) > 1 && args[1] == "engine":
		err = runEngine(ctx, args[2:], stderr)
	case len(args) > 1 && args[1] == "function":
		err = invokeAlone(ctx, args[2:], stdout)
	default:
		err = bench(ctx, args[1:], stdout, stderr)
	}
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitYes
	case errors.Is(err, errUsage):
		return exitUsage
	}
	fmt.Fprintln(stderr, "subackbench:", err)
	return exitNo
}

// settings are the flags.
type settings struct {
	rows    *regexp.Regexp
	pairs   int
	seconds float64
	short   bool
	output  string
	suback  string
}

func parse(args []string, stderr io.Writer) (settings, error) {
	s := settings{rows: regexp.MustCompile("")}
	fs := flag.NewFlagSet("subackbench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Func("rows", "`regexp`: measure what has a row like that (default all)", func(text string) (err error) {
		s.rows, err = regexp.Compile(text)
		return err
	})
	fs.IntVar(&s.pairs, "pairs", 0, "runs of each broker, in turn (default 5, with -short 3)")
	fs.Float64Var(&s.seconds, "seconds", 0, "counting time of each run (default 2, with -short 0.7)")
	fs.BoolVar(&s.short, "short", false, "the rows that matter most, under 2 minutes; exit 1 if a ratio is "+
		"below half of its goal twice in a row")
	fs.StringVar(&s.output, "o", "", "`file` for the table, too")
	fs.StringVar(&s.suback, "suback", "", "`file` of the suback to measure, as one of before a change "+
		"(default built from here)")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return s, err
		}
		return s, errUsage
	}
	pairs, seconds := 5, 2.0
	if s.short {
		pairs, seconds = 3, 0.7
	}
	if s.pairs == 0 {
		s.pairs = pairs
	}
	if s.seconds == 0 {
		s.seconds = seconds
	}
	if fs.NArg() > 0 || s.pairs < 0 || s.seconds < 0 {
		fmt.Fprintln(stderr, "subackbench: want flags alone, with -pairs and -seconds above 0")
		return s, errUsage
	}
	return s, nil
}
