package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/cmd/subackbench/load"
)

// registries is what a call of the control plane costs beside few things and many.
func registries() []experiment {
	const few = "10 things"
	return []experiment{{
		slow:        true, // 100,000 things are read from a file
		contestants: []contestant{{few, calls(10)}, {subackColumn, calls(100_000)}},
		rows: []row{
			{name: "CreateThing with --state, 100,000 things against 10", figure: "create_ms", unit: "ms",
				against: few, goal: goal{1.3, ratioAtMost, "flat"}},
			{name: "ListThings, a page of 250 at 100,000", figure: "list_ms", unit: "ms", against: few,
				goal: goal{1, valueAtMost, ""}},
		},
	}}
}

// signed is the head of a signature by a key that the broker does not know, and so
// does not verify.
const signed = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/iot/aws4_request, " +
	"SignedHeaders=host, Signature=0000000000000000000000000000000000000000000000000000000000000000"

// calls measures CreateThing and ListThings beside so many things: the medians.
func calls(things int) func(context.Context, *lab) (load.Figures, error) {
	return func(ctx context.Context, l *lab) (load.Figures, error) {
		b, err := setup{state: true, things: things}.start(ctx, l)
		if err != nil {
			return nil, err
		}
		defer b.end()
		create, err := l.called(ctx, b, func(i int) (method, path string) {
			return http.MethodPost, fmt.Sprintf("/things/new-%d", i)
		})
		if err != nil {
			return nil, err
		}
		list, err := l.called(ctx, b, func(int) (method, path string) {
			return http.MethodGet, "/things?maxResults=250"
		})
		if err != nil {
			return nil, err
		}
		return load.Figures{"create_ms": create, "list_ms": list,
			"rss_mb": float64(load.Resident(b.pid())) / (1 << 20)}, nil
	}
}

// called is how long a call takes, in milliseconds: the median of as many as go one
// after the other into the counting time.
func (l *lab) called(
	ctx context.Context, b *broker, call func(i int) (method, path string),
) (float64, error) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	var all []time.Duration
	for end := time.Now().Add(l.time(1)); len(all) == 0 || time.Now().Before(end); {
		method, path := call(len(all))
		start := time.Now()
		if err := one(ctx, client, method, "http://"+b.http+path); err != nil {
			return 0, err
		}
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	return float64(all[len(all)/2]) / float64(time.Millisecond), nil
}

func one(ctx context.Context, client *http.Client, method, url string) error {
	q, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(""))
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", signed)
	q.Header.Set("X-Amz-Date", "20260101T000000Z")
	answer, err := client.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: got %s %s, want 200", method, url, answer.Status, text)
	}
	return err
}
