package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A setup is how Suback is configured.
type setup struct {
	statements int  // that the executable authorizer answers; 0: no function, the embedded configuration
	node       bool // a Node.js authorizer
	state      bool // --state
	things     int  // in the registry
	untold     bool // --stories off

	rules string // lines of topicRules; wants statements, since nobody may connect without
}

// startSuback starts Suback with a function, as most rows have it.
func startSuback(ctx context.Context, l *lab) (*broker, error) {
	return setup{statements: 50}.start(ctx, l)
}

// startEmbedded starts Suback without a configuration: its authorizer is part of it.
func startEmbedded(ctx context.Context, l *lab) (*broker, error) { return setup{}.start(ctx, l) }

// start implements starter.
func (s setup) start(ctx context.Context, l *lab) (*broker, error) {
	folder, err := l.folder()
	if err != nil {
		return nil, err
	}
	addrs, err := l.addresses(3)
	if err != nil {
		return nil, err
	}
	b := &broker{tcp: addrs[0], tls: addrs[1], wss: addrs[1], http: addrs[2], alpn: "mqtt"}
	args := []string{"serve", "--mqtt", b.tcp, "--https", b.tls, "--http", b.http, "--mqtts", "off"}
	if s.untold {
		args = append(args, "--stories", "off")
	}
	if s.state {
		args = append(args, "--state", filepath.Join(folder, "state"))
	}
	config, err := s.config(l, folder)
	if err != nil {
		return nil, err
	}
	if config != "" {
		file := filepath.Join(folder, "suback.yaml")
		if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
			return nil, err
		}
		args = append(args, "--config", file)
	}
	return b.launch(ctx, l, folder, l.suback, args...)
}

// config is the text of suback.yaml, and writes the function that it names.
func (s setup) config(l *lab, folder string) (string, error) {
	var c strings.Builder
	switch {
	case s.node:
		if l.node == "" {
			return "", skipped("node is not installed: apt-get install nodejs")
		}
		file, err := writeNode(folder)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&c, "functions: {bench: {runtime: nodejs, code: %q, handler: %s}}\n", file, nodeHandler)
	case s.statements > 0:
		file := filepath.Join(folder, functionName)
		if err := copyFile(l.self, file); err != nil {
			return "", err
		}
		fmt.Fprintf(&c, "functions: {bench: {runtime: provided, code: %q, environment: {%s: \"%d\"}}}\n",
			file, statementsVariable, s.statements)
	}
	if c.Len() > 0 {
		c.WriteString("authorizers: [{authorizerName: bench, authorizerFunctionArn: bench, " +
			"status: ACTIVE, signingDisabled: true}]\ndefaultAuthorizerName: bench\n")
	}
	if s.rules != "" {
		c.WriteString("topicRules:\n" + s.rules)
	}
	for i := range s.things {
		if i == 0 {
			c.WriteString("things:\n")
		}
		fmt.Fprintf(&c, "  - {thingName: thing-%06d, attributes: {site: north}}\n", i)
	}
	return c.String(), nil
}

// copyFile copies a program.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
