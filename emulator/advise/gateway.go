package advise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/tap"
)

// A gateway is the admin API of one that runs, for one of its accounts.
type gateway struct {
	url, account string
	client       *http.Client
}

// answerTime is how long it may take to answer.
const answerTime = 10 * time.Second

// request asks for path and reads the answer into out, if that is not nil.
func (g *gateway) request(ctx context.Context, method, path string, query url.Values, body, out any) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	resp, err := g.send(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// send asks, and returns the answer if it is 200. A body that is no []byte is sent as JSON.
func (g *gateway) send(
	ctx context.Context, method, path string, query url.Values, body any,
) (*http.Response, error) {
	raw, isRaw := body.([]byte)
	if body != nil && !isRaw {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	if g.account != "" {
		if query == nil {
			query = url.Values{}
		}
		query.Set("account", g.account)
	}
	req, err := http.NewRequestWithContext(ctx, method, g.url+"/_suback"+path+"?"+query.Encode(),
		bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	resp, err := g.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no gateway: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	var said struct {
		Message string `json:"message"`
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if json.Unmarshal(text, &said) != nil || said.Message == "" {
		said.Message = "HTTP " + resp.Status + ": is a gateway of this version running there?"
	}
	return nil, refusal{resp.StatusCode, g.url + ": " + said.Message}
}

// packets follows a client. The channel is closed when ctx ends, or the gateway goes away.
func (g *gateway) packets(ctx context.Context, client string) (<-chan tap.Packet, error) {
	resp, err := g.send(ctx, http.MethodGet, "/packets", url.Values{"client": {client}}, nil)
	if err != nil {
		return nil, err
	}
	all := make(chan tap.Packet)
	go func() { // ends with ctx, which ends the body
		defer close(all)
		defer resp.Body.Close()
		for lines := json.NewDecoder(resp.Body); ; {
			var p tap.Packet
			if lines.Decode(&p) != nil {
				return
			}
			select {
			case all <- p:
			case <-ctx.Done():
				return
			}
		}
	}()
	return all, nil
}

// fault asks for one, and returns its id, also if ctx ends meanwhile: what is not known cannot be
// taken back.
func (g *gateway) fault(ctx context.Context, f faults.Fault) (int, error) {
	err := g.request(context.WithoutCancel(ctx), http.MethodPost, "/faults", nil, f, &f)
	return f.ID, err
}

// takeBack takes a fault back. One that is over already is no error.
func (g *gateway) takeBack(ctx context.Context, id int) error {
	all, err := g.faults(ctx)
	if err != nil || !slices.ContainsFunc(all, func(f faults.Fault) bool { return f.ID == id }) {
		return err
	}
	return g.request(ctx, http.MethodDelete, "/faults/"+strconv.Itoa(id), nil, nil, nil)
}

func (g *gateway) faults(ctx context.Context) (all []faults.Fault, err error) {
	err = g.request(ctx, http.MethodGet, "/faults", nil, nil, &all)
	return all, err
}

// A device is what the gateway knows of a client.
type device struct {
	ClientID      string   `json:"clientId"`
	ThingName     string   `json:"thingName"`
	State         string   `json:"state"`
	Subscriptions []string `json:"subscriptions"`
}

// device returns what is known of a client; a zero one if nothing is.
func (g *gateway) device(ctx context.Context, client string) (device, error) {
	var all []device
	err := g.request(ctx, http.MethodGet, "/clients", url.Values{"search": {client}, "offline": {"1"}}, nil,
		&all)
	if i := slices.IndexFunc(all, func(d device) bool { return d.ClientID == client }); i >= 0 {
		return all[i], err
	}
	return device{}, err
}

// publish publishes a message of QoS 1.
func (g *gateway) publish(ctx context.Context, topic string, payload []byte) error {
	return g.request(ctx, http.MethodPost, "/messages", url.Values{"topic": {topic}, "qos": {"1"}}, payload, nil)
}

// desire has a shadow ask for a state, and returns what it asked for before of its members, and
// what was reported then.
func (g *gateway) desire(
	ctx context.Context, thing, name string, state map[string]any,
) (before, reported map[string]any, err error) {
	var document struct {
		State struct {
			Desired  map[string]any `json:"desired"`
			Reported map[string]any `json:"reported"`
		} `json:"state"`
	}
	path, query := "/shadows/"+url.PathEscape(thing), url.Values{}
	if name != "" {
		query.Set("name", name)
	}
	var refused refusal
	err = g.request(ctx, http.MethodGet, path, query, nil, &document)
	if err != nil && !(errors.As(err, &refused) && refused.status == http.StatusNotFound) { // 404: none yet
		return nil, nil, err
	}
	err = g.request(context.WithoutCancel(ctx), http.MethodPost, path, query,
		map[string]any{"state": map[string]any{"desired": state}}, nil)
	return restoring(document.State.Desired, state), document.State.Reported, err
}

// restoring is the state that makes what there was again after an update with state; null takes
// a member out.
func restoring(was, state map[string]any) map[string]any {
	again := map[string]any{}
	for k, v := range state {
		below, isMap := v.(map[string]any)
		under, wasMap := was[k].(map[string]any)
		if again[k] = was[k]; isMap && wasMap {
			again[k] = restoring(under, below)
		}
	}
	return again
}

// A refusal is what the gateway answers that is no 200.
type refusal struct {
	status int
	said   string
}

func (r refusal) Error() string { return r.said }
