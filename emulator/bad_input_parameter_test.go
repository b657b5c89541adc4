package emulator_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

const (
	parameterInvalid = "CUSTOM_AUTHORIZER_PARAMETER_INVALID"
	notFound         = "CUSTOM_AUTHORIZER_NOT_FOUND"
)

// A badParameter is what a client tells the gateway behind the ? of its user
// name, or in the query of its URL.
type badParameter struct {
	name, query string
	reason      string
	detail      string // a part of it
}

// badParameters are parameters that no authorizer is asked by [A-58, A-75,
//
func badParameters(t *testing.T, good signer) []badParameter {
	const name = "x-amz-customauthorizer-name="
	all := []badParameter{
		{"no such authorizer", name + "nobody", notFound, `"nobody"`},
		{"another case", name + "Plain", notFound, `is no authorizer "Plain"`},
		{"ARN", name + "arn:aws:iot:us-east-1:000000000000:authorizer/plain", notFound, "arn:aws"},
		{"inactive", name + "asleep", notFound, "INACTIVE"},
		{"white space behind", name + "plain%20", notFound, `"plain "`},
		{"white space before", name + "%20plain", notFound, `" plain"`},
		{"line break", name + "plain%0A", notFound, `"plain\n"`},
		{"zero byte", name + "plain%00", notFound, `"plain\x00"`},
		{"escape sequence", name + "%1B[2J", notFound, `"\x1b[2J"`},
		{"two names in one", name + "plain,signed", notFound, `"plain,signed"`},
		{"path", name + "../plain", notFound, `"../plain"`},
		{"quotes", name + "%22plain%22", notFound, `"\"plain\""`},
		{"star", name + "*", notFound, `"*"`},
		{"variable", name + "$%7BAUTHORIZER%7D", notFound, "${AUTHORIZER}"},
		{"another alphabet", name + "pl%D0%B0in", notFound, "pl"},
		{"a plus is no blank", name + "pla+in", notFound, `"pla+in"`},
		{"encoded twice", name + "pla%2569n", notFound, `"pla%69n"`},
		{"129 characters", name + strings.Repeat("a", 129), notFound, strings.Repeat("a", 128) + "…"},
		{"5,000 characters", name + strings.Repeat("a", 5000), notFound, strings.Repeat("a", 128) + "…"},
		{"the first of two counts", name + "nobody&" + name + "plain", notFound, `"nobody"`},
		{"equals sign twice", name + "=plain", notFound, `"=plain"`},
	}
	for _, bad := range []string{"%", "tok=%", "tok=%4", "tok=100%", "tok=%zz", "tok=%g0", "tok=%0g", "tok=%%30", "tok=%u0041", "%=1", "a&%",
		"a=1&b=2&c=%2", "tok=%&" + name + "plain", name + "plain&x=%-1", "other=%"} {
		all = append(all, badParameter{"escape " + bad, bad, parameterInvalid, "two hexadecimal digits"})
	}
	for _, bad := range []string{"tok=%FF", "%FF=1", "tok=%C0%AF", "tok=%ED%A0%80", "tok=%80", "tok=%F8%88%80%80%80", "tok=%E2%82", name +
		"pl%FFain"} {
		all = append(all, badParameter{"UTF-8 " + bad, bad, parameterInvalid, "not UTF-8"})
	}
	const signature = "x-amz-customauthorizer-signature="
	of := url.QueryEscape
	valid := good.sign(t, "token")
	for _, bad := range []struct{ name, query, reason, detail string }{
		{"nothing", "", parameterInvalid, `parameter "tok" is missing`},
		{"no token", signature + of(valid), parameterInvalid, `parameter "tok" is missing`},
		{"empty token", "tok=&" + signature + of(valid), parameterInvalid, `parameter "tok" is missing`},
		{"token of another name", "token=token&" + signature + of(valid), parameterInvalid, `parameter "tok" is missing`},
		{"no signature", "tok=token", parameterInvalid, "is missing"},
		{"empty signature", "tok=token&" + signature, parameterInvalid, "is missing"},
		{"no base64", "tok=token&" + signature + "!", parameterInvalid, `has '!' at character 1, want standard base64`},
		{"one character", "tok=token&" + signature + "A", parameterInvalid, "has 1 characters beside = at its end"},
		{"padding in the middle", "tok=token&" + signature + "AA==AA==", parameterInvalid, "has a = at character 3"},
		{"base64url", "tok=token&" + signature + "-_" + of(valid[2:]), parameterInvalid, "base64url"},
		{"line break", "tok=token&" + signature + of(valid[:76]+"\r\n"+valid[76:]), parameterInvalid, "line break"},
		{"plus turned into a space", "tok=token&" + signature + "%20" + of(valid[1:]), parameterInvalid, "space"},
		{"encoded twice", "tok=token&" + signature + of(of(valid)), parameterInvalid, "percent-encoded twice"},
		{"2,561 characters", "tok=token&" + signature + strings.Repeat("A", 2561), parameterInvalid, "2561 characters"},
		{"cut off", "tok=token&" + signature + of(valid[:len(valid)/2]), notAuthenticated, "fits none"},
		{"zeros", "tok=token&" + signature + strings.Repeat("A", 344), notAuthenticated, "fits none"},
		{"another token's", "tok=token2&" + signature + of(valid), notAuthenticated, "fits none"},
		{"another key's", "tok=token&" + signature + of(anotherSigner(t).sign(t, "token")), notAuthenticated, "fits none"},
		{"the encoded token's", "tok=tok%65n&" + signature + of(good.sign(t, "tok%65n")), notAuthenticated, "fits none"},
		{"the first token counts", "tok=x&tok=token&" + signature + of(valid), notAuthenticated, "fits none"},
		{"token over 6,144 characters", "tok=" + strings.Repeat("a", 6145) + "&" + signature + "AAAA", parameterInvalid, "6145 characters"},
	} {
		all = append(all, badParameter{"signed, " + bad.name, name + "signed&" + bad.query, bad.reason, bad.detail})
	}
	return all
}

func TestBadParameters(t *testing.T) {
	t.Parallel()
	good := newSigner(t)
	all := badParameters(t, good)
	if len(all) < 50 {
		t.Errorf("%d cases, want 50", len(all))
	}
	var asked atomic.Int64
	authorizer := func(name string, status string) registry.Authorizer {
		return registry.Authorizer{AuthorizerName: name, AuthorizerFunctionArn: "f", Status: status, SigningDisabled: true, TokenKeyName: "tok"}
	}
	signed := authorizer("signed", "ACTIVE")
	signed.SigningDisabled, signed.TokenSigningPublicKeys = false, map[string]string{"k": good.public}
	e := emulator.Run(t, emulator.Options{
		Config: &emulator.Config{DefaultAuthorizerName: "plain",
			Authorizers: []registry.Authorizer{authorizer("plain", "ACTIVE"), authorizer("asleep", "INACTIVE"), signed}},
		Functions: map[string]emulator.LambdaFunc{"f": func(_ context.Context, event []byte) ([]byte, error) {
			if !bytes.Contains(event, []byte(`"clientId":"`+bystanderID)) {
				asked.Add(1)
			}
			return []byte(grantAll), nil
		}},
	})
	b := withBystander(t, e)
	check := func(t *testing.T, tt badParameter, version byte, conn net.Conn, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		username := ""
		if version == 4 {
			username = "user?" + tt.query
		}
		e.Trace().Reset()
		if _, err := conn.Write([]byte(connectPacket(version, "d", "", username, "", ""))); err != nil {
			t.Fatal(err)
		}
		checkRefusedConnect(t, until(t, conn), version, 0x87, "B-407")
		ev := causeOf(t, e, "B-407")
		if ev.Operation != trace.AuthNError || ev.Reason != tt.reason || !strings.Contains(ev.Detail, tt.detail) || len(ev.Rules) == 0 {
			t.Errorf("got %s %s %q, want %s %q", ev.Operation, ev.Reason, ev.Detail, tt.reason, tt.detail)
		}
		b.undisturbed(t, e)
	}
	for _, tt := range all {
		t.Run(tt.name+", user name", func(t *testing.T) {
			conn, err := net.Dial("tcp", e.Addr(emulator.MQTT))
			check(t, tt, 4, conn, err)
		})
		t.Run(tt.name+", query", func(t *testing.T) {
			conn, err := dialQuery(e, tt.query, nil)
			check(t, tt, 5, conn, err)
		})
	}
	for _, tt := range []badParameter{
		{"over 8 KB", "tok=" + strings.Repeat("a", 8<<10), parameterInvalid, "allowed are 8192"},
		{"over 8 KB in many", strings.Repeat("a=b&", 2<<10), parameterInvalid, "allowed are 8192"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := dialQuery(e, tt.query, nil)
			check(t, tt, 5, conn, err)
		})
		t.Run(tt.name+", header", func(t *testing.T) {
			conn, err := dialQuery(e, "", http.Header{"X": {tt.query}})
			check(t, tt, 5, conn, err)
		})
	}
	b.alone(t, e)
	if n := asked.Load(); n != 0 {
		t.Errorf("the function was called %d times, want 0", n)
	}
}

// dialQuery opens a WebSocket with a query.
func dialQuery(e *emulator.Emulator, query string, header http.Header) (net.Conn, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"mqtt"}}
	conn, _, err := dialer.Dial(fmt.Sprintf("ws://%s/mqtt?%s", e.Addr(emulator.HTTP), query), header)
	return mqtttest.Stream(conn), err
}
