package hooks_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// Whatever way a message comes, it is in the one broker of the account.
func TestOneBroker(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) { return answer(policyOf("all")), nil }})
	for _, by := range ways() {
		d := open(t, e, by, 5)
		d.send(connect{id: by.name}.packet(5))
		d.connack()
		d.subscribed(0, "t")
		for _, from := range ways() {
			pub := open(t, e, from, 4)
			pub.send(connect{id: "pub"}.packet(4))
			pub.connack()
			pub.published("t", from.name)
			d.receives("t", from.name, "A-6")
			pub.disconnect()
		}
		response, err := http.Post("http://"+e.Addr(emulator.HTTP)+"/topics/t", "", strings.NewReader("https"))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		d.receives("t", "https", "A-6")
		d.disconnect()
	}
	http.DefaultClient.CloseIdleConnections()
}

// A client id is one whatever authenticated its connections [A-162, B-606].
func TestTakeOverAcrossAuthentication(t *testing.T) {
	document, err := policy.Parse("all", []byte(policyOf("all")))
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{authn.X509, authn.SigV4, authn.Custom, authn.CustomX509, authn.X509}
	next := make(chan string, len(kinds))
	grant := func(context.Context, authn.Request) (*authn.Grant, error) {
		kind := <-next
		return &authn.Grant{PrincipalID: "principal of " + kind, AuthenticationType: kind, Documents: []*policy.Document{document}}, nil
	}
	h := hooks.New(hooks.Options{Authenticate: grant, Trace: trace.New(trace.Options{}), Region: "us-east-1", Account: "000000000000"})
	addr := serve(t, h, "mqtt")["mqtt"]
	var old *device
	for i, kind := range kinds {
		next <- kind
		d := dialBare(t, addr, 5)
		d.send(connect{id: "d"}.packet(5))
		d.connack()
		if old != nil {
			old.expectEnd("\xe0\x02\x8e\x00", fmt.Sprintf("A-162: %s after %s", kind, kinds[i-1]))
		}
		old = d
	}
	if all := h.Clients(); len(all) != 1 || all[0].AuthenticationType != authn.X509 {
		t.Errorf("got %+v, want the last one alone (A-162)", all)
	}
}

// A refused client is closed at once, also if it comes again and again.
func TestRefusedAtOnce(t *testing.T) {
	e := start(t)
	began := time.Now()
	for range 20 {
		d := open(t, e, way{}, 4)
		d.send(connect{id: "d", password: "wrong"}.packet(4))
		d.expectEnd("", "A-159")
	}
	if took := time.Since(began); took > patience {
		t.Errorf("20 refusals took %v, want no delay (A-159)", took)
	}
}
