package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// callAPI makes a call to AWS IoT's API with a key that nobody knows. An error is
// no failure: the program may have been killed.
func callAPI(t *testing.T, addr, method, path, body string) (*http.Response, error) {
	t.Helper()
	return callService(t, addr, "iot", method, path, body)
}

// callService is callAPI for any of AWS's services.
func callService(t *testing.T, addr, service, method, path, body string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"+service+
		"/aws4_request, SignedHeaders=host, Signature=0")
	return http.DefaultClient.Do(r)
}

// TestKilledAfterAnswers: after kill -9 everything is there that the API has
// answered (issue 6).
func TestKilledAfterAnswers(t *testing.T) {
	t.Parallel()
	const rounds, clients, each = 3, 4, 20
	state := filepath.Join(t.TempDir(), "state")
	var mu sync.Mutex
	answered := map[string]bool{}
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(answered)
	}
	for round := range rounds {
		g := serve(t, free, "--state", state, "--log-level", "error")
		addr, before := g.addresses()["http"], count()
		var working sync.WaitGroup
		for c := range clients {
			working.Go(func() {
				for i := 0; ; i++ {
					name := fmt.Sprintf("%d-%d-%d", round, c, i)
					resp, err := callAPI(t, addr, "POST", "/things/"+name, "{}")
					if err != nil {
						return
					}
					_ = resp.Body.Close()
					mu.Lock()
					answered[name] = resp.StatusCode == http.StatusOK
					mu.Unlock()
				}
			})
		}
		eventually(t, "answers", func() bool { return count()-before >= each })
		g.kill(t)
		working.Wait()
	}
	g := serve(t, free, "--state", state, "--log-level", "error")
	for name, ok := range answered {
		resp, err := callAPI(t, g.addresses()["http"], "GET", "/things/"+name, "")
		if err != nil {
			t.Fatal(err)
		}
		var thing struct{ ThingName string }
		if err := json.NewDecoder(resp.Body).Decode(&thing); err != nil || !ok || thing.ThingName != name {
			t.Errorf("thing %s: got %v, %q, %v, want it as it was answered (issue 6)", name, ok, thing.ThingName, err)
		}
		_ = resp.Body.Close()
	}
	t.Logf("%d things, %d kills", len(answered), rounds)
}
