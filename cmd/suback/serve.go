package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/spool"
	"github.com/suback/suback/emulator/temporary"
	"github.com/suback/suback/emulator/transport"
)

// serveFlags are what suback serve understands.
type serveFlags struct {
	config, state       string
	durability, enforce string
	logFormat, logLevel string
	doors               doors
	listeners           emulator.Listeners
	bounds              emulator.Bounds
	stories             stories
}

func (f *serveFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&f.config, "config", "", "configuration `file`; without one an embedded configuration is used")
	fs.StringVar(&f.state, "state", "",
		"`folder` for what outlives a restart: the CA, sessions, retained messages, what the API changed")
	fs.StringVar(&f.durability, "durability", "",
		"`grade` of what --state keeps: it outlives the process, or the machine with disk (default process)")
	fs.Func("enforce", "deny, or log: policies are asked and refuse nothing, whatever the file says (default deny)",
		func(text string) error {
			if text != emulator.EnforceDeny && text != emulator.EnforceLog {
				return fmt.Errorf("want %s or %s", emulator.EnforceDeny, emulator.EnforceLog)
			}
			f.enforce = text
			return nil
		})
	fs.StringVar(&f.listeners.MQTT, "mqtt", "",
		"`address` for plain MQTT, which AWS does not have, \"off\" for none (default :1883)")
	fs.StringVar(&f.listeners.MQTTS, "mqtts", "", "`address` that stands for AWS's port 8883 (default :8883)")
	fs.StringVar(&f.listeners.HTTPS, "https", "", "`address` that stands for AWS's port 443 (default :8443)")
	fs.StringVar(&f.listeners.HTTP, "http", "", "`address` for plain HTTP: admin API and ws:// (default :4566)")
	f.doors.register(fs)
	fs.StringVar(&f.logFormat, "log-format", "text", "text, json or cloudwatch")
	fs.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	registerBounds(fs, &f.bounds)
	fs.Var(&f.stories, "stories", "`messages` of which it is kept what became of them, for suback why, \"off\" for "+
		"none (default 10000)")
}

// addresses are the flags, else the configuration's, else the program's own; a
// library listens on free ports.
func addresses(flags, config emulator.Listeners) emulator.Listeners {
	return emulator.Listeners{
		MQTT: cmp.Or(flags.MQTT, config.MQTT, ":1883"), MQTTS: cmp.Or(flags.MQTTS, config.MQTTS, ":8883"),
		HTTPS: cmp.Or(flags.HTTPS, config.HTTPS, ":8443"), HTTP: cmp.Or(flags.HTTP, config.HTTP, ":4566"),
	}
}

// serve runs the gateway until it is interrupted.
func (p *program) serve(ctx context.Context) error {
	var f serveFlags
	fs := p.flags("serve")
	f.register(fs)
	withInput := fs.Bool("end-with-stdin", false,
		"end when standard input does: a test suite that starts the gateway and is killed leaves none behind")
	if err := p.parse(fs); err != nil {
		return err
	}
	for _, line := range misspelt(fs, os.Environ()) {
		fmt.Fprintf(p.stderr, "suback: warning: %s\n", printed.Line(line))
	}
	if *withInput {
		go endWith(os.Stdin, p.signals)
	}
	e, _, err := p.newEmulator(&f)
	if err != nil {
		return err
	}
	console := spool.New(logRoom, nil)
	p.queues, p.stdout = append(p.queues, console), console.Writer(p.stdout)
	err = e.Start(ctx)
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil: // asked to end before it had begun
		return nil
	case err != nil:
		return portHint(err)
	}
	banner(p.stdout, e, f.config == "")
	<-ctx.Done()
	return e.Close()
}

// newEmulator makes what the flags say; it has not started yet.
func (p *program) newEmulator(f *serveFlags) (*emulator.Emulator, *emulator.Config, error) {
	o, err := options(f.config)
	if err != nil {
		return nil, nil, err
	}
	if err := p.setLog(&o, f.logFormat, f.logLevel); err != nil {
		return nil, nil, err
	}
	o.Listeners, o.Bounds = addresses(f.listeners, o.Config.Listeners), f.bounds
	o.Bind, o.Hosts, o.AllowOrigins, o.FunctionsFrom =
		f.doors.bind, f.doors.hosts, f.doors.origins, f.doors.functionsFrom
	o.RulesTo, o.Enforce = f.doors.rulesTo, f.enforce
	o.CADir, o.StateDir, o.Durability, o.Watch = p.caDir(f.state), f.state, f.durability, true
	o.Stories, o.FreeMemory = int(f.stories), freeSoon()
	e, err := emulator.New(o)
	if errors.Is(err, os.ErrPermission) && f.state != "" {
		return nil, nil, hinted{err, fmt.Sprintf(
			"the folder of --state must be writable for user %d, who runs this", os.Getuid())}
	}
	go tidyUp(o.Log)
	return e, o.Config, err
}

// tidyUp removes what killed gateways left; it ends with the program at the latest.
func tidyUp(log *slog.Logger) {
	if n := temporary.Sweep(); n > 0 {
		log.Info("temporary folders of gateways that were killed have been removed", "folders", n)
	}
}

// portHint says what to do about a port that cannot be had.
func portHint(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return hinted{err, "another program listens there, maybe another suback; port 0 is a free one, off " +
			"closes the listener, as in --mqtt off"}
	case errors.Is(err, os.ErrPermission):
		return hinted{err, "ports below 1024 need rights: another one is given as in --https :8443"}
	}
	return err
}

// banner says where the gateway listens and how to use it. Its last line is
// what scripts wait for.
func banner(w io.Writer, e *emulator.Emulator, embedded bool) {
	for _, name := range []string{emulator.MQTT, emulator.MQTTS, emulator.HTTPS, emulator.HTTP} {
		if addr := e.Addr(name); addr != "" {
			fmt.Fprintf(w, "%-5s  listening on %s\n", name, addr)
		}
	}
	fmt.Fprintln(w, reach(e))
	fmt.Fprintln(w)
	for _, line := range append(connectTable(e), accountTable(e)...) {
		fmt.Fprintln(w, line)
	}
	if embedded {
		fmt.Fprintln(w,
			"\nNo --config: password \"test\" may do everything, \"no-receive\" everything but receive,")
		fmt.Fprintln(w, "any other is refused.")
		if _, err := os.Stat("suback.yaml"); err == nil {
			fmt.Fprintln(w, "The suback.yaml of this folder is not read: --config suback.yaml reads it.")
		}
	}
	for _, line := range unenforced(e) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w, "\nReady.")
}

// unenforced says loudly where policies refuse nothing.
func unenforced(e *emulator.Emulator) (lines []string) {
	for _, a := range e.Accounts() {
		if a.Enforce() != emulator.EnforceLog {
			continue
		}
		where := "NOTHING IS ENFORCED"
		if a.Name() != "" {
			where += " in account " + a.Name()
		}
		lines = append(lines, "\n"+where+": policies are asked, and what they refuse goes through (enforce: log).",
			"The trace tells what they would have refused; suback learn writes the policy for it.")
	}
	return lines
}

// reach says who reaches the listeners, and how to change that.
func reach(e *emulator.Emulator) string {
	var open []string
	shut := true
	for _, a := range e.Accounts() {
		for _, name := range []string{emulator.MQTT, emulator.MQTTS, emulator.HTTPS, emulator.HTTP} {
			addr := a.Addr(name)
			shut = shut && addr == ""
			if addr != "" && !transport.IsLoopback(addr) && !slices.Contains(open, name) {
				open = append(open, name)
			}
		}
	}
	switch {
	case shut:
		return "       nobody reaches it: every listener is off"
	case len(open) == 0:
		return "       this machine alone; --mqtt 0.0.0.0:1883 opens one of them, SUBACK_BIND=all opens all"
	}
	return "       open to the network: " + strings.Join(open, ", ")
}

// accountTable shows how the accounts beside the first are reached.
func accountTable(e *emulator.Emulator) (lines []string) {
	for _, a := range e.Accounts()[1:] {
		how := fmt.Sprintf("%s.localhost, %s, /_suback/accounts/%s/", a.Name(), a.Endpoint(), a.Name())
		if own := a.Addr(emulator.MQTT); own != e.Addr(emulator.MQTT) {
			how += ", mqtt on " + own
		}
		lines = append(lines, fmt.Sprintf("  %-36s%s", "account "+a.Name()+" ("+a.ID()+")", how))
	}
	return lines
}

// connectTable shows how each kind of client reaches the listeners that are on.
func connectTable(e *emulator.Emulator) []string {
	row := func(listener, what, how string) []string {
		if addr := e.Addr(listener); addr != "" {
			_, port, _ := net.SplitHostPort(addr)
			return []string{fmt.Sprintf("  %-36s", what) + fmt.Sprintf(how, port)}
		}
		return nil
	}
	var lines []string
	lines = append(lines, row(emulator.HTTPS, "MQTT with an authorizer (AWS: 443)",
		"localhost:%s, TLS with ALPN \"mqtt\"")...)
	lines = append(lines, row(emulator.HTTPS, "MQTT over WebSocket (AWS: 443)", "wss://localhost:%s/mqtt")...)
	lines = append(lines, row(emulator.MQTTS, "MQTT with a certificate (AWS: 8883)", "localhost:%s, TLS")...)
	lines = append(lines, row(emulator.MQTT, "plain MQTT (AWS has no such port)", "localhost:%s")...)
	lines = append(lines, row(emulator.HTTP, "the CA that clients must trust",
		"http://localhost:%s/_suback/ca.pem")...)
	lines = append(lines, row(emulator.HTTP, "the aws command and SDKs",
		"aws --endpoint-url http://localhost:%s iot …")...)
	lines = append(lines, row(emulator.HTTP, "metrics, for Prometheus", "http://localhost:%s/metrics")...)
	lines = append(lines, row(emulator.HTTP, "what was refused, and why",
		"http://localhost:%s/_suback/trace")...)
	lines = append(lines, row(emulator.HTTP, "all of that in a browser", "http://localhost:%s/")...)
	return lines
}
