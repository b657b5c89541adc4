package scenario

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
)

// maxAnswer is how much of an HTTP answer is read, in bytes.
const maxAnswer = 1 << 20

// http makes a call and judges its answer.
func (p *player) http(ctx context.Context, s *HTTP) error {
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	r, err := p.request(ctx, s)
	if err != nil {
		return err
	}
	who := cmp.Or(s.Client, "http")
	p.talk.add(who, ">", r.Method+" "+r.URL.RequestURI())
	answer, err := p.place.Do(s.Client, r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	body = p.place.Names().without(body)
	p.talk.add(who, "<", answer.Status+" "+shownTo(maxError, body))
	if problem := p.judge(s, answer, body); problem != "" {
		return fmt.Errorf("%s", problem)
	}
	return p.keep(s.Keep, body)
}

// request is the call, with what earlier ones have kept.
func (p *player) request(ctx context.Context, s *HTTP) (*http.Request, error) {
	method := s.Method
	if method == "" && s.Body.given {
		method = http.MethodPost
	}
	at := "http://target"
	if s.ServerName != "" {
		at = "https://" + s.ServerName
	}
	body := []byte(p.filled(string(s.Body.bytes)))
	r, err := http.NewRequestWithContext(ctx, method, at+p.filled(s.Path), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range p.filledAll(s.Headers) {
		r.Header.Set(name, value)
	}
	if by := p.signer(s.Sign); by != nil {
		err = by.call(ctx, r, body)
	}
	return r, err
}

func (p *player) judge(s *HTTP, answer *http.Response, body []byte) string {
	if want := cmp.Or(s.Status, http.StatusOK); answer.StatusCode != want {
		return fmt.Sprintf("got status %s %s, want %d", answer.Status, shownTo(maxError, body), want)
	}
	for _, name := range slices.Sorted(maps.Keys(s.ResponseHeaders)) {
		if got, want := answer.Header.Get(name), s.ResponseHeaders[name]; got != want {
			return fmt.Sprintf("the answer has %s: %s, want %s", name, got, want)
		}
	}
	if s.Response.given {
		want := s.Response
		want.bytes = []byte(p.filled(string(want.bytes)))
		if what := want.lacking(body); what != "" {
			return "the answer " + what
		}
	}
	return ""
}
