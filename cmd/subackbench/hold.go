package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
)

// hold runs the generator until it has written its figures, and leaves it running.
// Whoever holds ends it.
func (l *lab) hold(ctx context.Context, b *broker, args ...string) (*child, error) {
	r, w := io.Pipe()
	defer r.Close()
	var complaint strings.Builder
	p, err := l.start(ctx, command{path: l.self, args: l.loadArgs(b, args), cpu: l.generator,
		stdout: w, stderr: &complaint})
	if err != nil {
		return nil, err
	}
	go func() {
		<-p.done
		_ = w.Close()
	}()
	if _, err := bufio.NewReader(r).ReadString('\n'); err != nil {
		p.end()
		return nil, errors.New(strings.TrimSpace(complaint.String()))
	}
	return p, nil
}

func decimal(n int) string { return strconv.Itoa(n) }
