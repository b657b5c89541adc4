package neighbour

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// isolate leaves nothing of the SDK's configuration but some variables.
func isolate(t *testing.T, variables ...string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value) // so that it comes back
			os.Unsetenv(name)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	for _, v := range append([]string{"AWS_CONFIG_FILE=" + none, "AWS_SHARED_CREDENTIALS_FILE=" + none,
		"AWS_EC2_METADATA_DISABLED=true"}, variables...) {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}

// A seen is what came to a server: "POST /path", headers and body.
type seen struct {
	line   string
	header http.Header
	body   string
}

// A server answers as it is told, one after the other, the last one again and again.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

func serve(t *testing.T, answers ...http.HandlerFunc) *server {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		n := min(len(s.seen), len(answers)-1)
		s.seen = append(s.seen, seen{r.Method + " " + r.URL.EscapedPath(), r.Header, string(body)})
		s.mu.Unlock()
		answers[n](w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// taken returns what has come, and forgets it.
func (s *server) taken() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.seen
	s.seen = nil
	return all
}

func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// at are services that are all at one endpoint.
func at(t *testing.T, endpoint string) *Services {
	t.Helper()
	endpoints := map[string]string{}
	for _, name := range Names() {
		endpoints[name] = endpoint
	}
	s := New(Options{Endpoints: endpoints, Region: "eu-west-1", Partition: "aws"})
	t.Cleanup(s.Close)
	return s
}

// A trip is a transport.
type trip func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
