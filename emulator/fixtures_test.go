package emulator_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/transport"
)

// fixtures/suback.yaml: the reference of the configuration, and the authorizers
// it names.

// TestFixtureHasEveryKey: who looks for a key finds it in the file.
func TestFixtureHasEveryKey(t *testing.T) {
	text, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	used := make(map[string]bool)
	note(used, "", root.Content[0])
	for _, key := range keys("", reflect.TypeFor[emulator.Config]()) {
		if !used[key] {
			t.Errorf("got no %s in fixtures/suback.yaml, want every key", key)
		}
	}
}

// keys returns the paths of all keys of a type, as "functions.*.runtime" and
// "authorizers.*.status".
func keys(path string, t reflect.Type) (all []string) {
	switch t.Kind() {
	case reflect.Pointer:
		return keys(path, t.Elem())
	case reflect.Slice, reflect.Map:
		return keys(path+".*", t.Elem())
	case reflect.Struct:
		if path != "" && t == reflect.TypeFor[emulator.Config]() { // of accounts: the same keys
			return nil
		}
	default:
		return nil
	}
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			all = append(all, path+"."+key)
			all = append(all, keys(path+"."+key, t.Field(i).Type)...)
		}
	}
	return all
}

// note collects the paths of a text, in which an element of a list and any key
// of a mapping may be called "*".
func note(used map[string]bool, path string, n *yaml.Node) {
	used[path] = true
	switch n.Kind {
	case yaml.SequenceNode:
		for _, element := range n.Content {
			note(used, path+".*", element)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			note(used, path+"."+n.Content[i].Value, n.Content[i+1])
			note(used, path+".*", n.Content[i+1])
		}
	}
}

// TestFixtureAuthorizers: each answers as AWS wants it, and says yes and no.
func TestFixtureAuthorizers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		authorizer, clientID, username, password string
		principal                                string // empty: refused
	}{
		{"password", "myClientName", "me", "test", "TEST123"},
		{"password", "myClientName", "me", "tset", ""},
		{"password", "yourClientName", "me", "test", ""},
		{"chat", "page", "alice", "wonderland", "alice"},
		{"chat", "page", "deaf", "wonderland", "deaf"},
		{"chat", "page", "alice", "", ""},
		{"chat", "page", "bob", "wonderland", ""},
		{"open", "anything", "", "", "anonymous"},
		{"dumps", "dev-1", "me", "test", "dumps"},
		{"dumps", "dev-1", "me", "tset", ""},
		{"compiled", "dev-1", "", "token-of-plant", "plant"},
		{"compiled", "dev-1", "", "token", ""},
		{"timedelta", "dev-1", "me", "test", "timedelta"},
		{"timedelta", "dev-1", "me", "", ""},
		{"signed", "page", "alice", "wonderland", ""}, // INACTIVE
	}
	e := runFile(t, fixture, emulator.Options{})
	var tried []string
	for _, tt := range tests {
		tried = append(tried, tt.authorizer)
		t.Run(fmt.Sprintf("%s %s %s %s", tt.authorizer, tt.clientID, tt.username, tt.password), func(t *testing.T) {
			username := tt.username + "?x-amz-customauthorizer-name=" + tt.authorizer
			trial := e.Try(t.Context(), authn.Request{
				Facts:    &transport.Facts{Listener: emulator.HTTPS, TLS: true, ALPN: "mqtt", ServerName: "localhost", ConnectedAt: time.Now()},
				ClientID: tt.clientID, Username: &username, Password: []byte(tt.password),
			})
			if got, want := trial.Accepted(), tt.principal != ""; got != want {
				t.Fatalf("got accepted %v, want %v\nevent: %s\nanswer: %s\nrefusal: %v\n%s", got, want, trial.Event, trial.Answer, trial.Refusal,
					trial.Connect)
			}
			if trial.Accepted() && trial.Grant.PrincipalID != tt.principal {
				t.Errorf("got principal %q, want %q", trial.Grant.PrincipalID, tt.principal)
			}
		})
	}
	config, err := emulator.LoadConfig(fixture)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range config.Authorizers {
		if !slices.Contains(tried, a.AuthorizerName) {
			t.Errorf("authorizer %s of fixtures/suback.yaml is not tried here", a.AuthorizerName)
		}
	}
}
