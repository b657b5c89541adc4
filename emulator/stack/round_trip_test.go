package stack

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/cloudformation"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/registry/registrytest"
)

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

// exported are the resources of a registry as a template has them.
func exported(t *testing.T, r *registry.Registry) (text []byte, resources map[string]map[string]any) {
	t.Helper()
	out := new(bytes.Buffer)
	if err := cloudformation.Write(out, r); err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]map[string]any `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(out.Bytes(), &template); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), template.Resources
}

// TestRoundTrip: what is exported as a template, and imported again, is exported the same: so
// nothing that a template can say is lost, but for what no template has.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	fixture := done(config.Load("../../fixtures/suback.yaml"))(t)
	for _, tt := range []struct {
		name   string
		config *config.Config
		fill   func(*testing.T, *registry.Registry)
	}{
		{"fixtures/suback.yaml", fixture, func(*testing.T, *registry.Registry) {}},
		{"everything the API can make", &config.Config{}, registrytest.Fill},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := done(tt.config.Registry(config.InGo{}, nil))(t)
			tt.fill(t, r)
			text, want := exported(t, r)
			result, err := Import(t.Context(), []File{{Name: "template.yaml", Text: text}}, Options{Region: r.Region(), Account: r.Account(),
				Parameters: parametersOf(t, text)})
			if err != nil {
				t.Fatal(err)
			}
			c := done(config.Parse("suback.yaml", result.Text))(t)
			_, got := exported(t, done(c.Registry(config.InGo{}, nil))(t))
			for _, id := range slices.Sorted(maps.Keys(want)) {
				if isOfAWS(want[id]) {
					continue
				}
				if !reflect.DeepEqual(got[id], want[id]) {
					t.Errorf("%s: got %v, want %v (issue 17)", id, got[id], want[id])
				}
			}
			for id := range got {
				if want[id] == nil && !isOfAWS(got[id]) {
					t.Errorf("%s: got it, want none", id)
				}
			}
			for _, n := range result.Notes {
				if n.LeftOut && !slices.ContainsFunc(leftOutOfExport(), func(s string) bool { return strings.Contains(n.Text, s) }) {
					t.Errorf("got %v, want it taken", n)
				}
			}
		})
	}
}

// isOfAWS: pools have another id each time, functions and users are in no template.
func isOfAWS(resource map[string]any) bool {
	return slices.Contains([]string{"AWS::Cognito::IdentityPool", "AWS::Cognito::IdentityPoolRoleAttachment",
		"AWS::Lambda::Permission", "AWS::IAM::User"}, resource["Type"].(string))
}

// leftOutOfExport is what templates of suback export have and suback.yaml has otherwise.
func leftOutOfExport() []string {
	return []string{"is not in the result; left out", "AWS::IAM::User", "ServerCertificateArns"}
}

// parametersOf gives each parameter of a template a value.
func parametersOf(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var template struct {
		Parameters map[string]any `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	given := map[string]string{}
	for name := range template.Parameters {
		given[name] = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555"
	}
	return given
}
