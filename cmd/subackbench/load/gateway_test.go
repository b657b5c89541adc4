package load

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// The verbs that want a broker which keeps and refuses.
func TestVerbsAtAGateway(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) {
		return []byte(`{"isAuthenticated": true, "principalId": "load", "policyDocuments": [{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "iot:*", "Resource": ["arn:aws:iot:*:*:client/*", "arn:aws:iot:*:*:topic/bench/*",
				"arn:aws:iot:*:*:topicfilter/bench/*", "arn:aws:iot:*:*:topic/$aws/*", "arn:aws:iot:*:*:topicfilter/$aws/*"]}]}]}`), nil
	}})
	more := fmt.Sprintf("-user u -pass p -addr %s", e.Addr(emulator.MQTT))
	tests := []struct {
		args  string
		above []string // figures that are above 0
		zero  []string
	}{
		{"flow -qos 1 -version 5 -subs 3", []string{"per_s"}, nil},
		{"latency -rate 500 -qos 0 -version 5", []string{"p99_ms"}, nil},
		{"flow -qos 1 -persistent", []string{"per_s"}, nil},
		{"flow -scheme ws -addr " + e.Addr(emulator.HTTP), []string{"per_s"}, nil},
		{"flow -scheme wss -addr " + e.Addr(emulator.HTTPS), []string{"per_s"}, nil},
		{"flow -scheme tls -alpn mqtt -addr " + e.Addr(emulator.HTTPS), []string{"per_s"}, nil},
		{"retained -n 45 -per-client 10", []string{"store_per_s", "fetch_per_s", "per_s"}, nil},
		{"offline -n 30 -advance http://" + e.Addr(emulator.HTTP) + "/_suback/clock", []string{"per_s", "drain_per_s"}, []string{"disordered"}},
		{"offline -drain=false", []string{"per_s"}, []string{"drain_per_s"}},
		{"storm -n 2 -rate 500", []string{"refused"}, nil},
		{"storm -n 2 -rate 500 -kind subscribe", []string{"refused"}, nil},
		{"shadow -n 3 -version 5 -qos 1", []string{"per_s"}, []string{"refused"}},
		{"shadow -n 3 -paced -rate 60", []string{"per_s"}, []string{"refused"}},
		{"idle -n 3 -per-client 20", nil, nil},
	}
	for i, test := range tests {
		verb, flags, _ := strings.Cut(test.args, " ")
		f := figuresAbove(t, fmt.Sprintf("%s %s -id id%d %s", verb, more, i, flags), test.above)
		for _, name := range test.zero {
			if f[name] != 0 {
				t.Errorf("%s: got %s %v, want 0", test.args, name, f[name])
			}
		}
	}
}
