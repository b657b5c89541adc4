package advise

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// A caller is a client that has connected: as the gateway's list of clients has it, or its trace.
type caller struct {
	ClientID   string `json:"clientId"` // of the list
	Client     string `json:"client"`   // of the trace
	Listener   string `json:"listener"`
	Source     string `json:"source"` // ip:port
	ServerName string `json:"serverName"`
}

func (c caller) id() string { return cmp.Or(c.ClientID, c.Client) }

// callers are who is connected, and who has sent a CONNECT since an event of the trace; more than once
// if they came so often.
func (g *gateway) callers(ctx context.Context, since uint64) (all []caller, err error) {
	if err := g.request(ctx, http.MethodGet, "/clients", nil, nil, &all); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	resp, err := g.send(ctx, http.MethodGet, "/trace", url.Values{"operation": {"Connect"},
		"since": {strconv.FormatUint(since, 10)}}, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	for lines := json.NewDecoder(resp.Body); ; {
		var c caller
		switch err := lines.Decode(&c); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, c)
	}
}

// latest is the number of the newest event of the trace.
func (g *gateway) latest(ctx context.Context) (uint64, error) {
	var counts struct {
		Seq uint64 `json:"seq"`
	}
	err := g.request(ctx, http.MethodGet, "/counts", nil, nil, &counts)
	return counts.Seq, err
}
