package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"

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

// tellStory prints what became of the message with a trace id, by the gateway whose http
// listener is at base.
func (p *program) tellStory(ctx context.Context, base, id string, asJSON bool) error {
	resp, err := getFrom(ctx, base, "/_suback/messages/"+url.PathEscape(id),
		"start one with suback, or say where it is with --http")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if asJSON {
		_, err := io.Copy(p.stdout, resp.Body)
		return err
	}
	var s emulator.Story
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		return fmt.Errorf("%s answers no story: %w", base, err)
	}
	s.Time = s.Time.Local()
	fmt.Fprintln(p.stdout, s.Text())
	return nil
}
