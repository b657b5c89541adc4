package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// getFrom asks the admin API of the running gateway at base. The answer has status 200, and
// the caller closes its body; hint is for who has no gateway there.
func getFrom(ctx context.Context, base, path, hint string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil || req.URL.Host == "" {
		return nil, usagef("--http is %q, want host:port", base)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, hinted{fmt.Errorf("no gateway at %s: %w", base, err), hint}
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, refusal(resp)
	}
	return resp, nil
}

// refusal is what the admin API says instead of an answer.
func refusal(resp *http.Response) error {
	var said struct{ Message string }
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if json.Unmarshal(text, &said) != nil || said.Message == "" {
		return fmt.Errorf("%s answers %s", resp.Request.URL.Redacted(), resp.Status)
	}
	return errors.New(said.Message)
}
