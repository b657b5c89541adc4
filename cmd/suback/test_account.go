package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/suback/suback/emulator/guest"
)

// A running suback as a target: the run has an account of its own there, which ends with it.

// visitAccount makes the account, and is a guest in it.
func (p *program) visitAccount(ctx context.Context, at testTarget) (testTarget, error) {
	url := strings.TrimSuffix(at.name, "/")
	text, err := p.admin(ctx, http.MethodPost, url+"/_suback/accounts", `{}`)
	if err != nil {
		return at, hinted{err, "a target that begins with http is a suback that runs, as suback serve prints its address"}
	}
	var made struct{ Name, Region, Path string }
	if err := json.Unmarshal(text, &made); err != nil || made.Path == "" {
		return at, fmt.Errorf("%s is no suback: it answers %.60q, want an account", url, text)
	}
	end := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_, err := p.admin(ctx, http.MethodDelete, url+"/_suback/accounts/"+made.Name, "")
		return err
	}
	return p.visit(ctx, at, guest.Options{Endpoint: url + made.Path, Region: made.Region}, end)
}

// admin calls the admin API.
func (p *program) admin(ctx context.Context, method, url, body string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s answers %s %.200s", method, url, answer.Status, text)
	}
	return text, err
}
