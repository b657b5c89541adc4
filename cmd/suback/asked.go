package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/learn"
	"github.com/suback/suback/emulator/printed"
)

const (
	askedInterval = 500 * time.Millisecond // between two looks at what was asked
	askedPatience = 2 * time.Second        // for an answer
)

// An asker keeps what policies of a running gateway are asked, also after it has gone.
type asker struct {
	url    string
	query  url.Values
	client *http.Client
	say    func(format string, args ...any)

	began string // of the gateway's list
	seq   uint64
	away  bool
	learn.Recording
}

// asked follows a running gateway.
func (p *program) asked(ctx context.Context, f *learnFlags) (*learn.Recording, error) {
	query := url.Values{"client": {f.client}}
	if f.account != "" {
		query.Set("account", f.account)
	}
	l := &asker{url: baseURL(f.addr) + "/_suback/asked", query: query,
		client: &http.Client{Timeout: askedPatience}, say: p.say}
	if err := l.look(); err != nil {
		return nil, err
	}
	if f.span < 0 {
		p.say("following %s: Control-C ends it and makes the policy", printed.URL(l.url))
	} else {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.span)
		defer cancel()
	}
	if err := l.follow(ctx); err != nil {
		return nil, err
	}
	return &l.Recording, nil
}

// follow looks again and again until ctx ends, and once more then. A gateway that is gone
// may come back.
func (l *asker) follow(ctx context.Context) error {
	for over := false; !over; {
		select {
		case <-ctx.Done():
			over = true
		case <-time.After(askedInterval):
		}
		err := l.look()
		failed := new(url.Error)
		switch {
		case errors.As(err, &failed) && !l.away:
			l.say("lost the gateway; what was asked until now is kept: %v", failed.Err)
			l.away = true
		case errors.As(err, &failed):
		case err != nil:
			return err
		case l.away:
			l.say("the gateway is there")
			l.away = false
		}
	}
	return nil
}

// look takes what is new. It fails with a *url.Error if there is no gateway.
func (l *asker) look() error {
	l.query.Set("since", strconv.FormatUint(l.seq, 10))
	resp, err := l.client.Get(l.url + "?" + l.query.Encode())
	if err != nil {
		return fmt.Errorf("no gateway: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return refusal(resp)
	}
	if began := resp.Header.Get("Suback-Began"); began != l.began {
		again := l.seq > 0
		l.began, l.seq = began, 0
		if again { // since is no place in its list
			return l.look()
		}
	}
	rec, err := learn.Read(resp.Body, "")
	if err != nil {
		return fmt.Errorf("%s: %w", printed.URL(l.url), err)
	}
	l.Omitted = rec.Omitted
	for _, r := range rec.Requests {
		l.seq = max(l.seq, r.Seq)
	}
	l.Requests = append(l.Requests, rec.Requests...)
	return nil
}
