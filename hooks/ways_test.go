package hooks_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
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
