package suback

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An Account is an AWS account of a gateway. What happens in one, no other sees.
type Account struct {
	Name            string `json:"name"`        // "" for the first
	ID              string `json:"accountId"`   // 12 digits
	ServerName      string `json:"host"`        // the SNI of its clients, as t1.localhost
	AccessKeyID     string `json:"accessKeyId"` // of keys that may do everything in it
	SecretAccessKey string `json:"secretAccessKey"`

	url, gateway string // of this account, of all; without / at the end
	first        string // the id of the first
}

// firstOf is the first account of a gateway.
func firstOf(ctx context.Context, gateway string) (*Account, error) {
	a := &Account{url: gateway, gateway: gateway}
	var all []Account
	if err := a.ask(ctx, http.MethodGet, gateway+"/_suback/accounts", nil, &all); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("suback: %s has no account", gateway)
	}
	a.ServerName, a.ID, a.first = "localhost", all[0].ID, all[0].ID
	a.AccessKeyID, a.SecretAccessKey = "test", "test"
	return a, nil
}

// NewAccount makes an account as the configuration describes the first one, in which nothing has
// happened. It has the first one's id, so that ARNs in policies and functions fit; name is a label of a
// host name, "" one that no other has.
func (a *Account) NewAccount(ctx context.Context, name string) (*Account, error) {
	made := &Account{gateway: a.gateway, first: a.first}
	asked := map[string]string{"name": name, "accountId": a.first}
	err := a.ask(ctx, http.MethodPost, a.gateway+"/_suback/accounts", asked, made)
	made.url = a.gateway + "/_suback/accounts/" + made.Name
	return made, err
}

// Remove ends an account that NewAccount made, with its connections.
func (a *Account) Remove(ctx context.Context) error {
	return a.ask(ctx, http.MethodDelete, a.gateway+"/_suback/accounts/"+a.Name, nil, nil)
}

// URL is the endpoint of AWS's APIs for this account, the BaseEndpoint of an SDK's client.
func (a *Account) URL() string { return a.url }

// CA is the certificate that clients must trust, as PEM.
func (a *Account) CA(ctx context.Context) ([]byte, error) {
	return a.get(ctx, "/_suback/ca.pem", nil)
}

// Why says for a person why nothing arrives at a client on a topic or filter; "" is any.
func (a *Account) Why(ctx context.Context, client, topic string) (string, error) {
	text, err := a.get(ctx, "/_suback/why", url.Values{"client": {client}, "topic": {topic}, "format": {"text"}})
	return strings.TrimSpace(string(text)), err
}

// Trace is what was decided, as JSON lines, the newest last. query has client, outcome, topic and what
// else the admin API takes.
func (a *Account) Trace(ctx context.Context, query url.Values) ([]byte, error) {
	return a.get(ctx, "/_suback/trace", query)
}

// Advance brings every deadline nearer.
func (a *Account) Advance(ctx context.Context, by time.Duration) error {
	return a.ask(ctx, http.MethodPost, a.url+"/_suback/clock", map[string]string{"advance": by.String()}, nil)
}

// AddFault asks for a failure, as docs/faults.md has them: {"on": "puback", "do": "drop"}.
func (a *Account) AddFault(ctx context.Context, fault map[string]any) error {
	return a.ask(ctx, http.MethodPost, a.url+"/_suback/faults", fault, nil)
}

// RemoveFaults takes all faults back.
func (a *Account) RemoveFaults(ctx context.Context) error {
	return a.ask(ctx, http.MethodDelete, a.url+"/_suback/faults", nil, nil)
}

// Reset disconnects everybody and forgets what happened and what the API changed.
func (a *Account) Reset(ctx context.Context) error {
	return a.ask(ctx, http.MethodPost, a.url+"/_suback/reset", nil, nil)
}

func (a *Account) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	return send(ctx, http.MethodGet, a.url+path+"?"+query.Encode(), nil)
}

// ask sends a request with in as JSON and reads the answer to out; nil is none of it.
func (a *Account) ask(ctx context.Context, method, target string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("suback: %w", err)
		}
	}
	answer, err := send(ctx, method, target, body)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("suback: %s %s: %w", method, target, err)
	}
	return nil
}

// send returns the body of a good answer.
func send(ctx context.Context, method, target string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("suback: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("suback: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("got %s, %s", resp.Status, bytes.TrimSpace(answer))
	}
	if err != nil {
		return nil, fmt.Errorf("suback: %s %s: %w", method, target, err)
	}
	return answer, nil
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "SUBACK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
