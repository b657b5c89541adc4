package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/suback/suback/emulator"
)

// stories is the value of --stories: how many, 0 for the default, below 0 for off.
type stories int

func (s *stories) String() string { return "" }

// Set implements flag.Value.
func (s *stories) Set(text string) error {
	if text == "off" {
		*s = -1
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New(`want a whole number above 0, or "off"`)
	}
	*s = stories(n)
	return nil
}

// storyPatience is how long a running gateway has to answer.
const storyPatience = 10 * time.Second

// tellStory prints what became of the message with a trace id, by the gateway whose http
// listener is at base.
func (p *program) tellStory(ctx context.Context, base, id string, asJSON bool) error {
	ctx, cancel := context.WithTimeout(ctx, storyPatience)
	defer cancel()
	address := base + "/_suback/messages/" + url.PathEscape(id)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || req.URL.Host == "" {
		return usagef("--http is %q, want host:port", base)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return hinted{fmt.Errorf("no gateway at %s: %w", base, err),
			"start one with suback, or say where it is with --http"}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return refusal(resp)
	}
	if asJSON {
		_, err := io.Copy(p.stdout, resp.Body)
		return err
	}
	var s emulator.Story
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	s.Time = s.Time.Local()
	fmt.Fprintln(p.stdout, s.Text())
	return nil
}
