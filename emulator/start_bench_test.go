package emulator_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// BenchmarkStart measures what a test waits for before its first message: from the start of an
// emulator, or from the request for an account in one that runs, to the CONNACK.
func BenchmarkStart(b *testing.B) {
	for _, scheme := range []string{"mqtt", "mqtts"} {
		b.Run("run/"+scheme, func(b *testing.B) {
			measure(b, func() func() {
				e, err := emulator.New(emulator.Embedded())
				if err == nil {
					err = e.Start(context.Background())
				}
				if err != nil {
					b.Fatal(err)
				}
				c := firstConnect(b, e, e.Account(""), scheme)
				return func() { _, _ = c.Close(), e.Close() }
			})
		})
		b.Run("account/"+scheme, func(b *testing.B) {
			e := emulator.Run(b, emulator.Embedded())
			measure(b, func() func() {
				name := askForAccount(b, e)
				c := firstConnect(b, e, e.Account(name), scheme)
				return func() { _, _ = c.Close(), e.RemoveAccount(name) }
			})
		})
	}
}

// measure reports the median of what do takes; what it returns undoes it.
func measure(b *testing.B, do func() (undo func())) {
	took := make([]time.Duration, b.N)
	b.ResetTimer()
	for i := range took {
		start := time.Now()
		undo := do()
		took[i] = time.Since(start)
		b.StopTimer()
		undo()
		b.StartTimer()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2])/float64(time.Millisecond), "ms/median")
}

// askForAccount has one made by the admin API, as any language does, and returns its name.
func askForAccount(b *testing.B, e *emulator.Emulator) (name string) {
	res, err := http.Post("http://"+e.Addr(emulator.HTTP)+"/_suback/accounts", "application/json", strings.NewReader("{}"))
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	var made struct{ Name string }
	if err := json.NewDecoder(res.Body).Decode(&made); err != nil || made.Name == "" {
		b.Fatalf("got %s, %v, want an account", res.Status, err)
	}
	return made.Name
}

// firstConnect connects to an account, with a password over TLS as on port 443 of AWS.
func firstConnect(b *testing.B, e *emulator.Emulator, a *emulator.Account, scheme string) *mqtttest.Client {
	address, config := a.Addr(emulator.MQTT), (*tls.Config)(nil)
	if scheme == "mqtts" {
		address, config = e.Addr(emulator.HTTPS), a.ClientTLS()
		config.NextProtos = []string{"mqtt"}
	}
	c, err := mqtttest.Dial(b.Context(), fmt.Sprintf("%s://%s", scheme, address), config)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := c.Connect(4, "pump-7", mqtttest.User("me", "test")); err != nil {
		b.Fatal(err)
	}
	return c
}
