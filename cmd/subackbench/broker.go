package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// What the generator's clients are called and know.
const (
	userName = "load"
	password = "test" // the one that suback's embedded configuration lets do everything
)

// readyTime is how long a broker may take to listen.
const readyTime = 30 * time.Second

// A broker is one that runs.
type broker struct {
	*child
	tcp, tls, wss, http string // addresses of its listeners; empty: it has none
	alpn                string // of tls
	noAuth              bool   // it knows no users
	log                 string // file of its standard error
	ready               time.Duration
}

// A starter starts a broker. Whoever starts one ends it.
type starter func(ctx context.Context, l *lab) (*broker, error)

// args are those of the generator that reach the broker as those of a row, which may
// name a scheme, want.
func (b *broker) args(want []string) []string {
	addr, scheme := b.tcp, "tcp"
	for i, arg := range want[:len(want)-1] {
		if arg == "-scheme" {
			scheme = want[i+1]
		}
	}
	switch scheme {
	case "tls":
		addr = b.tls
	case "wss":
		addr = b.wss
	}
	args := []string{"-addr", addr, "-pid", strconv.Itoa(b.pid())}
	if scheme == "tls" && b.alpn != "" {
		args = append(args, "-alpn", b.alpn)
	}
	if !b.noAuth {
		args = append(args, "-user", userName, "-pass", password)
	}
	return args
}

// launch starts a broker's process in its folder and waits until it listens.
func (b *broker) launch(ctx context.Context, l *lab, folder, path string, args ...string) (*broker, error) {
	b.log = filepath.Join(folder, "stderr")
	f, err := os.Create(b.log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start := time.Now()
	b.child, err = l.start(ctx, command{path: path, args: args, cpu: l.broker, stderr: f})
	if err != nil {
		return nil, err
	}
	if err := b.await(ctx); err != nil {
		b.end()
		return nil, b.told(fmt.Errorf("%s: %w", filepath.Base(path), err))
	}
	b.ready = time.Since(start)
	return b, nil
}

// await waits until all its listeners take connections.
func (b *broker) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTime, fmt.Errorf("not ready after %v", readyTime))
	defer cancel()
	for _, addr := range []string{b.tcp, b.tls, b.wss, b.http} {
		if addr == "" {
			continue
		}
		if err := b.awaitListener(ctx, addr); err != nil {
			return err
		}
	}
	return nil
}

func (b *broker) awaitListener(ctx context.Context, addr string) error {
	again := time.NewTicker(200 * time.Microsecond)
	defer again.Stop()
	for {
		if conn, err := net.Dial("tcp", addr); err == nil {
			return conn.Close()
		}
		select {
		case <-b.done:
			return fmt.Errorf("%s: ended before it listened: %v", addr, b.err)
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", addr, context.Cause(ctx))
		case <-again.C:
		}
	}
}

// logged is how much it has written to standard error, in bytes.
func (b *broker) logged() int64 {
	info, err := os.Stat(b.log)
	if err != nil {
		return 0
	}
	return info.Size()
}

// told is an error with what the broker last wrote to standard error.
func (b *broker) told(err error) error {
	text, _ := os.ReadFile(b.log)
	const most = 2000 // bytes
	return fmt.Errorf("%w\n%s", err, bytes.TrimSpace(text[max(0, len(text)-most):]))
}
