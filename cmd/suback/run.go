package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/temporary"
	"github.com/suback/suback/emulator/trace"
)

// suback run -- CMD…
//
//   - a gateway for one command: on free ports, with nothing kept, unless flags say otherwise
//   - the command gets an environment that points AWS SDKs here, and no keys of the caller's
//   - its exit code is that of suback run; 127 if there is no such command, 128 and the
//     signal's number if one ended it
//   - if it fails, what was refused or withheld meanwhile is told

const (
	exitNotFound = 127
	exitSignal   = 128

	endTime  = 10 * time.Second // from SIGTERM to SIGKILL
	mostTold = 10               // records
	caFile   = "SUBACK_CA_FILE" // of the environment
)

// An exitError is the end of a command that is no success. Without an error there is nothing
// to say about it.
type exitError struct {
	error
	code int
}

// runCommand runs a command beside a gateway of its own.
func (p *program) runCommand(ctx context.Context) error {
	command, err := p.splitCommand()
	if err != nil {
		return err
	}
	f := serveFlags{}
	fs := p.flags("run")
	f.register(fs)
	for _, listener := range []string{"mqtt", "mqtts", "https", "http"} {
		l := fs.Lookup(listener)
		about, _, _ := strings.Cut(l.Usage, " (default")
		l.Usage = about + " (default a free port)"
	}
	served := fs.Bool("served", false,
		"leave AWS_ENDPOINT_URL out: only calls for services that are here come here")
	level := fs.Lookup("log-level") // a command's own output comes first
	level.DefValue = "error"
	_ = level.Value.Set(level.DefValue)
	if err := p.parse(fs); err != nil {
		return err
	}
	f.listeners = freePorts(f.listeners)
	p.grace.Store(int64(endTime + stopTime))
	stderr := p.stderr // the command's own: a pipe in its place would be held open by what it leaves behind
	e, config, err := p.newEmulator(&f)
	if err != nil {
		return err
	}
	err = e.Start(ctx)
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return errors.New("interrupted before the command began")
	case err != nil:
		return portHint(err)
	}
	aws := awsEnvironment(baseURL(e.Addr(emulator.HTTP)), cmp.Or(config.Region, "us-east-1"), *served)
	err = p.runBeside(ctx, e, stderr, command, aws)
	if err != nil {
		tellRefused(p.stderr, e)
	}
	closed := e.Close()
	return cmp.Or(err, closed)
}

// splitCommand takes what stands behind -- from the arguments.
func (p *program) splitCommand() (command []string, err error) {
	i := slices.Index(p.args, "--")
	switch {
	case slices.ContainsFunc(p.args[:max(i, 0)], isHelp) || i < 0 && slices.ContainsFunc(p.args, isHelp):
		return nil, nil
	case i < 0:
		return nil, usageError{errors.New(
			"suback run: there is no --, want suback run [flags] -- COMMAND [arguments]")}
	case i == len(p.args)-1:
		return nil, usageError{errors.New("suback run: there is nothing behind --, want a command")}
	}
	command, p.args = p.args[i+1:], p.args[:i]
	return command, nil
}

func isHelp(arg string) bool { return slices.Contains([]string{"-h", "-help", "--help"}, arg) }

// freePorts are the listeners' addresses, those that no flag names on free ports.
func freePorts(given emulator.Listeners) emulator.Listeners {
	for _, l := range []*string{&given.MQTT, &given.MQTTS, &given.HTTPS, &given.HTTP} {
		if *l == "" {
			*l = "127.0.0.1:0"
		}
	}
	return given
}

// runBeside runs the command until it ends, or ctx does.
func (p *program) runBeside(ctx context.Context, e *emulator.Emulator, stderr io.Writer, command []string,
	aws [][2]string) error {
	folder, err := temporary.New("run")
	if err != nil {
		return err
	}
	defer folder.Remove(time.Minute)
	ca := filepath.Join(folder.Path, "ca.pem")
	if err := os.WriteFile(ca, e.CA(), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, p.stdout, stderr
	cmd.Env = append(withoutKeys(os.Environ()), environment(e, ca, aws)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = endTime
	return endOf(command[0], cmd.Run())
}

// withoutKeys is an environment without what would go before the keys of this gateway.
func withoutKeys(environment []string) []string {
	return slices.DeleteFunc(environment, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(theirKeys, name) || strings.HasPrefix(name, "AWS_ENDPOINT_URL")
	})
}

// environment is what the command finds: where the gateway is, and what AWS SDKs and
// Node.js take.
func environment(e *emulator.Emulator, ca string, aws [][2]string) (all []string) {
	for _, l := range []struct{ listener, name, url string }{
		{emulator.MQTT, "SUBACK_MQTT_URL", "mqtt://%s"},
		{emulator.MQTTS, "SUBACK_MQTTS_URL", "mqtts://%s"},
		{emulator.HTTPS, "SUBACK_HTTPS_URL", "https://%s"},
		{emulator.HTTPS, "SUBACK_WSS_URL", "wss://%s/mqtt"},
		{emulator.HTTP, "SUBACK_HTTP_URL", "http://%s"},
	} {
		if addr := e.Addr(l.listener); addr != "" {
			all = append(all, l.name+"="+fmt.Sprintf(l.url, strings.Replace(addr, "127.0.0.1:", "localhost:", 1)))
		}
	}
	all = append(all, caFile+"="+ca, "NODE_EXTRA_CA_CERTS="+ca)
	for _, v := range aws { // the keys also where there is no endpoint: never the caller's own
		if e.Addr(emulator.HTTP) != "" || !strings.HasPrefix(v[0], "AWS_ENDPOINT_URL") {
			all = append(all, v[0]+"="+v[1])
		}
	}
	return all
}

// endOf is what a command's end means for this program's.
func endOf(name string, err error) error {
	var failed *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it has ended; what it left behind holds its output
		return nil
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist):
		return exitError{fmt.Errorf("there is no command %q", name), exitNotFound}
	case !errors.As(err, &failed):
		return err
	}
	if s, ok := failed.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return exitError{nil, exitSignal + int(s.Signal())}
	}
	return exitError{nil, failed.ExitCode()}
}

// tellRefused prints what was refused or withheld, the latest last.
func tellRefused(w io.Writer, e *emulator.Emulator) {
	var all []trace.Event
	for _, a := range e.Accounts() {
		for _, ev := range a.Trace().Events(trace.Filter{}) {
			if ev.Outcome == trace.Refused || ev.Outcome == trace.Withheld {
				all = append(all, ev)
			}
		}
	}
	if len(all) == 0 {
		return
	}
	slices.SortFunc(all, func(a, b trace.Event) int { return a.Time.Compare(b.Time) })
	left := max(0, len(all)-mostTold)
	fmt.Fprintf(w, "suback: while the command ran, this was refused or withheld")
	if left > 0 {
		fmt.Fprintf(w, ", the last %d of %d", mostTold, len(all))
	}
	fmt.Fprintln(w, ":")
	for _, ev := range all[left:] {
		fmt.Fprintln(w, ev.Text())
	}
}
