package emulator

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/config"
)

func TestMissingPermissionIsAWarning(t *testing.T) {
	const text = `
functions: {f: {endpoint: "http://127.0.0.1:1"%s}}
lambdaPermissions: %s
authorizers: [{authorizerName: a, authorizerFunctionArn: f, status: %s, signingDisabled: true}]
`
	tests := []struct {
		name, permissions, mode, status string
		want                            bool
		source                          string
	}{
		{"none given", "", "warn", "ACTIVE", true, "A-138, D-6"},
		{"an empty list is enforced", ", permissions: []", "warn", "ACTIVE", false, "A-138"},
		{"enforced anyway", "", "enforce", "ACTIVE", false, "A-138"},
		{"authorizer not in use", "", "warn", "INACTIVE", false, "A-75"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := config.Parse("suback.yaml", fmt.Appendf(nil, text, tt.permissions, tt.mode, tt.status))
			if err != nil {
				t.Fatal(err)
			}
			log := &lines{}
			e, err := New(Options{Config: c, Log: slog.New(slog.NewTextHandler(log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			got := log.text.String()
			if strings.Contains(got, "needs a permission") != tt.want {
				t.Errorf("got log %q, want a warning: %v (%s)", got, tt.want, tt.source)
			}
		})
	}
}
