package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/registry/registrytest"
)

// unsaid is what suback.yaml does not say, by kind and field.
var unsaid = []string{"CreationDate", "LastModifiedDate", "CreateDate", "LastStatusChangeDate", "CreatedAt", "DeprecationDate",
	"LastModified", "ConfirmationToken", "LastUpdatedAt",
	"Version", "Created", "RevisionID"}

// said is a state without what suback.yaml does not say.
func said(t *testing.T, s registry.State) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for kind, values := range s {
		if kind == "advanced" || kind == "registrationCode" {
			continue
		}
		out[kind] = map[string]any{}
		for key, text := range values {
			if kind == "credentials" && strings.HasPrefix(key, "ASIA") {
				continue
			}
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				t.Fatal(err)
			}
			out[kind][key] = withoutUnsaid(v)
		}
	}
	return out
}

func withoutUnsaid(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			if slices.Contains(unsaid, key) {
				delete(v, key)
			} else {
				v[key] = withoutUnsaid(v[key])
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutUnsaid(v[i])
		}
	}
	return v
}

// An account has what there is in one that runs a configuration.
type account struct {
	config   *Config
	registry *registry.Registry
	code     *functions.Code
}

// opened is an account of a configuration.
func opened(t *testing.T, c *Config) account {
	t.Helper()
	code := done(functions.OpenCode(""))(t)
	t.Cleanup(func() {
		if err := code.Close(); err != nil {
			t.Error(err)
		}
	})
	c, r, err := c.Build(InGo{}, code, nil)
	if err != nil {
		t.Fatal(err)
	}
	return account{c, r, code}
}

// exported is what there is now, as a suback.yaml.
func (a account) exported(t *testing.T, secrets bool) string {
	t.Helper()
	r := done(registry.Load(registry.Options{Region: a.registry.Region(), Account: a.registry.Account()}, a.registry.State()))(t)
	c, leftOut := Present{Registry: r, Running: a.config, Disorder: a.config.Disorder, Code: a.code}.Export(secrets)
	text := new(bytes.Buffer)
	if err := c.Write(text, leftOut); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func nothing(*testing.T, *registry.Registry) {}

const fixture = "../../fixtures/suback.yaml"

// done wants no error.
func done[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestExportRoundTrip: the exported suback.yaml makes the same state again.
func TestExportRoundTrip(t *testing.T) {
	fixture := done(Load(fixture))(t)
	for _, tt := range []struct {
		name   string
		config *Config
		fill   func(*testing.T, *registry.Registry)
	}{
		{"nothing", &Config{}, nothing},
		{"fixtures/suback.yaml", fixture, nothing},
		{"everything the API can make", &Config{LambdaPermissions: "enforce", Enforce: EnforceLog}, registrytest.Fill},
		{"both", fixture, registrytest.Fill},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := opened(t, tt.config)
			tt.fill(t, a.registry)
			text := a.exported(t, true)
			again, err := Parse("../../fixtures/exported.yaml", []byte(text))
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			again, r, err := again.Build(InGo{}, a.code, nil)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			compareStates(t, said(t, r.State()), said(t, a.registry.State()))
			if got, want := fmt.Sprint(again.Listeners, again.Limits, again.EndpointAddress, again.Enforce), fmt.Sprint(tt.config.Listeners,
				tt.config.Limits, tt.config.EndpointAddress, tt.config.Enforce); got != want {
				t.Errorf("got %s, want %s as it runs (issue 6)", got, want)
			}
			if !reflect.DeepEqual(again.Soracom, tt.config.Soracom) {
				t.Errorf("got soracom %+v, want %+v as it runs (issue 6)", again.Soracom, tt.config.Soracom)
			}
		})
	}
}

func compareStates(t *testing.T, got, want map[string]map[string]any) {
	t.Helper()
	for _, pair := range [][2]map[string]map[string]any{{got, want}, {want, got}} {
		for kind, values := range pair[0] {
			for key := range values {
				if a, b := got[kind][key], want[kind][key]; !reflect.DeepEqual(a, b) {
					t.Errorf("%s %q: got %v, want %v (issue 6)", kind, key, a, b)
				}
			}
		}
	}
}

// TestExportWithoutSecrets: it has none, says so, and can be loaded once a query that was held back is filled in.
func TestExportWithoutSecrets(t *testing.T) {
	a := opened(t, done(Load(fixture))(t))
	registrytest.Fill(t, a.registry)
	text := a.exported(t, false)
	for _, secret := range []string{"very secret", "PRIVATE KEY", "secretAccessKey", "secret-local", "password: local"} {
		if strings.Contains(text, secret) {
			t.Errorf("got %q in it, want no secrets (issue 6)", secret)
		}
	}
	for _, want := range []string{"# Left out: credentials AKIAMADE, whose secret access key --secrets would write.\n",
		"# Left out: server certificate arn:aws:acm:", "# Left out: SORACOM's authKeys and users"} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %q, want it told (issue 6):\n%.1000s", want, text)
		}
	}
	again, err := Parse("../../fixtures/exported.yaml", []byte(strings.ReplaceAll(text, heldBack, "progress=true")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Registry(InGo{}, nil); err != nil {
		t.Errorf("got %v, want what can be loaded (issue 6)", err)
	}
}
