package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/suback/suback/emulator/why"
)

// whyLive asks a running gateway why nothing arrives at a client.
func (p *program) whyLive(ctx context.Context, f whyFlags) error {
	query := url.Values{"client": {f.client}}
	if f.topic != "" {
		query.Set("topic", f.topic)
	}
	if f.account != "" {
		query.Set("account", f.account)
	}
	base := baseURL(f.http)
	resp, err := getFrom(ctx, base, "/_suback/why?"+query.Encode(),
		"suback why --policy FILE --client ID --connect asks a policy without one")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var finding why.Finding
	if err := json.NewDecoder(resp.Body).Decode(&finding); err != nil {
		return fmt.Errorf("%s answers no finding: %w", base, err)
	}
	if f.json {
		err = p.printJSON(finding)
	} else {
		p.printFinding(finding)
	}
	if err == nil && finding.Found != why.Arrives {
		err = errNo
	}
	return err
}

// printFinding prints the paragraph, and what to change.
func (p *program) printFinding(f why.Finding) {
	fmt.Fprintln(p.stdout, f.Text())
	if f.Message != "" {
		p.line("see: suback why %s", f.Message)
	}
}
