package scenario

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/guest"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/trace"
)

// Suback is one that is running, which has an account of its own for each case: what is made
// there ends with it, and names are the scenario's.
type Suback struct {
	URL string // of its http listener, as http://localhost:4566
}

// Transports implements [Target].
func (Suback) Transports() []Transport { return []Transport{TLS} }

// Lacks implements [Target].
func (Suback) Lacks(s *Scenario) string {
	if problem := s.beyondTLS(); problem != "" {
		return problem
	}
	problem := s.beyondThings()
	s.all(func(step *Step) {
		if step.Event != nil {
			problem = "what a function was asked is seen in an emulator of its own alone"
		}
	})
	return problem
}

// Crowd implements [Target].
func (Suback) Crowd() int { return 8 }

// Tries implements [Target].
func (Suback) Tries() int { return 1 }

// Check says why it cannot be one.
func (t Suback) Check(ctx context.Context) error {
	_, err := outside{t.URL, ""}.call(ctx, http.MethodGet, "/_suback/accounts", nil)
	return err
}

// EndTime is how long the end of the accounts may take that cases have.
const EndTime = 2 * callTime

// Open implements [Target]. Its account is made although the run is interrupted at this moment:
// it would be there, and nobody would know its name.
func (t Suback) Open(ctx context.Context, c Case) (Place, error) {
	text, err := outside{t.URL, ""}.call(context.WithoutCancel(ctx), http.MethodPost, "/_suback/accounts",
		[]byte("{}"))
	if err != nil {
		return nil, err
	}
	var made struct{ Name, Region, Path string }
	if err := json.Unmarshal(text, &made); err != nil || made.Path == "" {
		return nil, fmt.Errorf("%s answers %.60q, want an account", printed.URL(t.URL), text)
	}
	out := outside{t.URL, made.Name}
	a, err := guest.Open(ctx, guest.Options{Endpoint: strings.TrimSuffix(t.URL, "/") + made.Path,
		Region: made.Region})
	if err != nil {
		return nil, errors.Join(err, out.end())
	}
	l := &lodging{a: a, c: c, owner: "1", names: &names{}, certificates: map[string]guest.Certificate{},
		own: &out}
	if err := l.furnish(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// outside is an account of a suback that is running, by its admin API.
type outside struct{ url, account string }

// end ends the account.
func (o outside) end() error {
	_, err := o.call(context.Background(), http.MethodDelete, "/_suback/accounts/"+o.account, nil)
	return err
}

// callTime is how long a call may take.
const callTime = 30 * time.Second

// mostSaid is how much of an answer is read, in bytes.
const mostSaid = 64 << 20

func (o outside) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(o.url, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostSaid))
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s%s answers %s: %.200s", method, printed.URL(o.url), path, answer.Status, text)
	}
	return text, err
}

// ask calls the admin API for the account.
func (o outside) ask(method, path string, query url.Values, in any) ([]byte, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return nil, err
		}
	}
	query.Set("account", o.account)
	return o.call(context.Background(), method, path+"?"+query.Encode(), body)
}

// Events implements [Witness].
func (o outside) Events() ([]trace.Event, error) {
	text, err := o.ask(http.MethodGet, "/_suback/trace", url.Values{}, nil)
	if err != nil {
		return nil, err
	}
	return lines[trace.Event](text)
}

// Messages implements [Witness].
func (o outside) Messages(q emulator.Selection) ([]emulator.Story, error) {
	query := url.Values{"limit": {strconv.Itoa(cmp.Or(q.Limit, 100))}}
	for name, value := range map[string]string{"client": q.Client, "topic": q.Topic} {
		if value != "" {
			query.Set(name, value)
		}
	}
	text, err := o.ask(http.MethodGet, "/_suback/messages", query, nil)
	if err != nil {
		return nil, err
	}
	all, err := lines[emulator.Story](text)
	slices.Reverse(all)
	return all, err
}

// Story implements [Witness].
func (o outside) Story(id string) (s emulator.Story, ok bool) {
	text, err := o.ask(http.MethodGet, "/_suback/messages/"+url.PathEscape(id), url.Values{}, nil)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	return s, err == nil
}

// Advance implements [Witness].
func (o outside) Advance(d time.Duration) error {
	_, err := o.ask(http.MethodPost, "/_suback/clock", url.Values{}, map[string]string{"advance": d.String()})
	return err
}

// AddFault implements [Witness].
func (o outside) AddFault(f emulator.Fault) error {
	_, err := o.ask(http.MethodPost, "/_suback/faults", url.Values{}, f)
	return err
}

// lines are values of JSON, one after the other.
func lines[T any](text []byte) (all []T, err error) {
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var v T
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, v)
	}
}
