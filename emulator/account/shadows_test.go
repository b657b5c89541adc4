package account

import (
	"testing"
	"time"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/services/shadow"
)

// TestShadowRate: requests per second for one shadow have a bound where rates are held to,
// and none else [S-77, B-1202].
func TestShadowRate(t *testing.T) {
	for rate, want := range map[string]bool{"": false, "off": false, "aws": true} {
		a := opened(t, settings{Config: &config.Config{Limits: config.Limits{Rate: rate}}})
		refused := false
		deadline := time.Now().Add(30 * time.Second) // a busy machine may take a second for twenty
		for i := 0; !refused && (i < 5*shadow.MostPerSecond || want && time.Now().Before(deadline)); i++ {
			out := a.UpdateShadow(shadow.ID{Thing: "pump"}, []byte(`{"state":{"reported":{"on":true}}}`), egress.Cause{})
			refused = out.Refusal != nil && out.Refusal.Code == 429
		}
		if refused != want {
			t.Errorf("rate %q: got refused: %v, want %v", rate, refused, want)
		}
	}
}
