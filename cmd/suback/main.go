// Command suback is the AWS IoT Core device gateway on your machine.
//
// It answers with exit code 0 for yes or success, 1 for no or failure, 2 for
// wrong usage.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/spool"
)

// The exit codes.
const (
	exitYes   = 0
	exitNo    = 1
	exitUsage = 2
)

// A program is one run of the command: what it is given and where it prints.
type program struct {
	args   []string // after the verb
	getenv func(string) string
	stdout io.Writer
	stderr io.Writer
	queues []*spool.Queue // to write out before the end
	grace  atomic.Int64   // nanoseconds that the end may take after a signal; 0 is stopTime

	signals chan<- os.Signal // that ask for the end
}

// A verb is one thing the command can do.
type verb struct {
	name  string
	takes string // besides flags
	about string
	run   func(*program, context.Context) error
}

func verbs() []verb {
	return []verb{
		{"serve", "", "run the gateway (the default)", (*program).serve},
		{"invoke", "", "ask an authorizer about a made-up connection: the event, the answer, AWS's verdict",
			(*program).invoke},
		{"lint", "FILES", "find mistakes in policies, authorizers' answers, suback.yaml and templates before " +
			"anybody connects", (*program).lint},
		{"sql", "STATEMENT, or test FILES", "try a rule's statement on a message: what its actions would get, " +
			"and why not; or tables of such cases", (*program).sql},
		{"test", "FILES", "play scenario files: clients, what they do and must see; here, at a broker, or on AWS",
			(*program).test},
		{"advise", "", "judge a device that connects to a running gateway: back-off, certificates, QoS 1, " +
			"sessions, as Device Advisor does", (*program).advise},
		{"run", "-- COMMAND", "run a command, a test suite for one, beside a gateway of its own that its SDKs are " +
			"pointed at", (*program).runCommand},
		{"watch", "", "show the trace of a running gateway: what was refused or withheld, and why",
			(*program).watch},
		{"learn", "[RECORDING]", "print the smallest policy for what devices ask of a gateway with --enforce log, " +
			"or asked in a recording", (*program).learn},
		{"import", "TEMPLATES", "make a suback.yaml of templates of CloudFormation, SAM or the Serverless " +
			"Framework", (*program).importTemplates},
		{"export", "", "print the present state as suback.yaml, or as a CloudFormation template",
			(*program).export},
		{"healthcheck", "", "exit 0 if a gateway is running", (*program).healthcheck},
		{"ca", "", "print the certificate that clients must trust", (*program).ca},
		{"env", "", "print the environment that points AWS SDKs here, for eval \"$(suback env)\"", (*program).env},
		{"coverage", "", "print how many rules of AWS's are documented, observed, guessed, or not emulated",
			(*program).coverage},
		{"rule", "NUMBERS", "print the rules behind the numbers of a hint, as in suback rule B-660",
			(*program).rule},
		{"why", "[ID]", "say why nothing arrives, why a policy refuses, or what became of a message",
			(*program).why},
		{"version", "", "print the version", (*program).version},
	}
}

func main() {
	keepDescriptors()
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	if os.Getenv("GOGC") == "" {
		easeCollections()
	}
	p := &program{getenv: os.Getenv, stdout: os.Stdout, stderr: os.Stderr, signals: signals}
	go obey(signals, cancel, &p.grace)
	os.Exit(p.run(ctx, os.Args[1:]))
}

// run finds the verb, runs it, and turns its error into an exit code.
func (p *program) run(ctx context.Context, args []string) int {
	name := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	} else if len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "-help") {
		name = "help"
	}
	if name == "help" && len(args) > 0 && !strings.HasPrefix(args[0], "-") { // suback help VERB
		name, args = args[0], []string{"-h"}
	}
	for _, v := range append(verbs(), verb{name: "help", run: (*program).help}) {
		if v.name == name {
			p.args = args
			defer p.flush()
			return p.exit(p.whole(ctx, v), "suback "+name+" -h")
		}
	}
	return p.exit(unknownVerb(name), "suback help")
}

// whole runs a verb, and fails if not all that it printed could be written. Of those that go on and on
// standard output is a log, or the command's own.
func (p *program) whole(ctx context.Context, v verb) error {
	if slices.Contains([]string{"serve", "run", "watch"}, v.name) {
		return v.run(p, ctx)
	}
	var failed atomic.Pointer[error]
	p.stdout = watched{p.stdout, func(err error) { failed.CompareAndSwap(nil, &err) }}
	err := v.run(p, ctx)
	isSaid := err != nil && !errors.Is(err, flag.ErrHelp) && !errors.Is(err, errNo)
	if first := failed.Load(); first != nil && !isSaid {
		return *first
	}
	return err
}

func unknownVerb(name string) error {
	if meant := near.Name(name, append(verbNames(), "help")); meant != "" {
		return usagef("there is no %q, is %q meant?", name, meant)
	}
	return usagef("there is no %q, want one of: %s", name, strings.Join(verbNames(), ", "))
}

func verbNames() (names []string) {
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	return names
}

func (p *program) help(context.Context) error {
	w := p.stdout
	fmt.Fprintln(w, "suback: the AWS IoT Core device gateway on your machine")
	fmt.Fprintln(w)
	for _, v := range verbs() {
		fmt.Fprintf(w, "  suback %-12s %s\n", v.name, v.about)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "suback <verb> -h shows its flags. Every flag is also an environment variable:")
	fmt.Fprintln(w, "--log-level is SUBACK_LOG_LEVEL.")
	return nil
}

// A usageError is a call of the command that it does not understand.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errNo is a plain no: everything has been said.
var errNo = errors.New("no")

// A hinted error comes with what to try.
type hinted struct {
	error
	hint string
}

// exit prints an error and returns the exit code for it. The command see tells how it is used.
func (p *program) exit(err error, see string) int {
	var usage usageError
	var hint hinted
	var ended exitError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitYes
	case errors.Is(err, errNo):
		return exitNo
	case errors.As(err, &ended) && ended.error == nil:
		return ended.code
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(p.stderr, "suback: error: %s\n", printed.Line(line))
	}
	if errors.As(err, &hint) {
		fmt.Fprintf(p.stderr, "suback: hint: %s\n", printed.Line(hint.hint))
	}
	if errors.As(err, &usage) {
		fmt.Fprintf(p.stderr, "suback: hint: see %s\n", see)
		return exitUsage
	}
	return cmp.Or(ended.code, exitNo)
}
