package hooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// TestMain also plays a broker that dies, see TestEnginePanic.
func TestMain(m *testing.M) {
	if os.Getenv(bareEngineVariable) != "" {
		serveBareEngine()
		return
	}
	_ = flag.Set("test.parallel", "16") // those at once do nothing but wait; the command line wins
	goleak.VerifyTestMain(m)
}

// start runs an emulator whose authorizer picks what is allowed by password,
// see [policyOf].
func start(t testing.TB) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{Authorizer: authorize})
}

func authorize(ctx context.Context, event []byte) ([]byte, error) {
	switch password := passwordOf(event); password {
	case "wrong":
		return []byte(`{"isAuthenticated": false}`), nil
	case "fault":
		return nil, errors.New("no such table")
	case "garbage":
		return []byte(`<html>`), nil
	case "hang":
		<-ctx.Done()
		return nil, ctx.Err()
	case "empty":
		return answer(), nil
	default:
		return answer(policyOf(password)), nil
	}
}

func passwordOf(event []byte) string {
	var in struct {
		ProtocolData struct {
			MQTT struct {
				Password []byte // base64
			}
		}
	}
	if err := json.Unmarshal(event, &in); err != nil {
		panic(err)
	}
	return string(in.ProtocolData.MQTT.Password)
}

func answer(documents ...string) []byte {
	return []byte(`{"isAuthenticated": true, "principalId": "tester", "policyDocuments": [` + strings.Join(documents, ",") + `]}`)
}

// policyOf is what a password allows. Words of a password are separated by
// blanks; "all" allows everything, any other word is an action on resources, as
// in "Connect=client/* Publish=topic/a,topic/b". A word with a "!" before it
// denies.
func policyOf(password string) string {
	type statement struct {
		Effect, Action string
		Resource       []string
	}
	document := struct {
		Version   string
		Statement []statement
	}{Version: "2012-10-17"}
	for _, word := range strings.Fields(password) {
		effect := "Allow"
		if strings.HasPrefix(word, "!") {
			effect, word = "Deny", word[1:]
		}
		action, names, found := strings.Cut(word, "=")
		s := statement{effect, "iot:" + action, nil}
		for name := range strings.SplitSeq(names, ",") {
			s.Resource = append(s.Resource, "arn:aws:iot:us-east-1:000000000000:"+name)
		}
		if !found {
			s.Action, s.Resource = "iot:*", []string{"*"}
		}
		document.Statement = append(document.Statement, s)
	}
	out, err := json.Marshal(document)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// records are the events of one client, but for what was allowed.
func records(e *emulator.Emulator, client string) []trace.Event {
	return slices.DeleteFunc(e.Trace().Events(trace.Filter{Client: client}), func(ev trace.Event) bool {
		return ev.Outcome == trace.Allowed
	})
}

// record wants exactly one event of a client, beside what was allowed.
func record(t testing.TB, e *emulator.Emulator, client string) trace.Event {
	t.Helper()
	all := records(e, client)
	if len(all) != 1 {
		t.Fatalf("%d records of %s, want 1: %+v", len(all), client, all)
	}
	advised(t, all[0])
	return all[0]
}

// bareNumber is a hint that sends its reader to a file.
var bareNumber = regexp.MustCompile(`(?:^|\bsee )[ABDM]-\d+[a-z]?\.?$`)

// advised wants a record of something that went wrong, or may, to say in words
// what to do about it.
func advised(t testing.TB, ev trace.Event) {
	t.Helper()
	if ev.Outcome != trace.Allowed && len(ev.Rules) > 0 && (ev.Hint == "" || bareNumber.MatchString(ev.Hint)) {
		t.Errorf("got hint %q, want a sentence that says what to do (%s):\n%s", ev.Hint, strings.Join(ev.Rules, ", "), ev.Text())
	}
}

// functionOf answers with the documents of a password.
func functionOf(documents map[string][]string) emulator.LambdaFunc {
	return func(_ context.Context, event []byte) ([]byte, error) {
		return answer(documents[passwordOf(event)]...), nil
	}
}
