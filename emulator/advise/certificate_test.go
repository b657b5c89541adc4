package advise_test

import (
	"crypto/tls"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/advise"
)

// slowly is a device that does nothing but to come again 0.7 s after its connection has ended: later
// than Quiet of the tests' bench.
func slowly(d *paho) {
	d.wait = func(int) time.Duration { return 700 * time.Millisecond }
	d.there = func(mqtt.Client, bool) {}
	d.start()
}

// TestCertificateBesideOthers: a stranger on the device's machine refuses for nobody but itself.
func TestCertificateBesideOthers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		careless bool // the device, beside somebody who checks
		knocks   bool // who is no client
		want     advise.Outcome
		said     string
	}{
		{"careless, beside who knocks", true, true, advise.Failed, "pump-7 went on with a certificate that is expired: it sent CONNECT"},
		{"careful, beside another client", false, false, advise.NotSeen,
			"a certificate that is expired was refused, but not only pump-7 comes from its address by its server name: pump-6, too"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := emulator.Run(t, emulator.Options{Authorizer: granting})
			config := e.ClientTLS()
			config.InsecureSkipVerify = tt.careless
			slowly(newPaho(t, e, "pump-7", config))
			if tt.knocks {
				knock(t, e)
			} else {
				slowly(newPaho(t, e, "pump-6", e.ClientTLS()))
			}
			judge(t, e, advise.Options{Client: "pump-7", Settings: quick}, func() {}, []judged{
				{"TLS_Expired_Server_Cert", []advise.Outcome{tt.want}, tt.said},
			})
		})
	}
}

// knock has somebody do TLS handshakes, with a check of the certificate, until the test ends.
func knock(t *testing.T, e *emulator.Emulator) {
	ctx, done := t.Context(), make(chan struct{})
	dialer := tls.Dialer{Config: e.ClientTLS()}
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if conn, err := dialer.DialContext(ctx, "tcp", e.Addr(emulator.HTTPS)); err == nil {
				_ = conn.Close()
			}
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() { <-done })
}
