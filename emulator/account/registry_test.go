package account

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
)

// things are the names of all things, and of their types.
func things(e *rig) string {
	var names []string
	for _, t := range e.registry.Things() {
		names = append(names, strings.TrimSuffix(t.ThingName+"/"+t.ThingTypeName, "/"))
	}
	return strings.Join(names, " ")
}

// TestWhatTheAPIChanged: through a reload and through a restart the file's edits
// count, and all else stays.
func TestWhatTheAPIChanged(t *testing.T) {
	const before = "things: [{thingName: stays}, {thingName: goes}, {thingName: edited, thingTypeName: old}, {thingName: kept}]\npolicies: " +
		"[{policyName: p, policyDocument: '" + allowAll + "'}]\n"
	const after = "things: [{thingName: stays}, {thingName: edited, thingTypeName: new}, {thingName: more}]\npolicies: [{policyName: p, " +
		"policyDocument: '" + allowAll + "'}]\n"
	change := func(t *testing.T, e *rig) (key string) {
		t.Helper()
		r := e.registry
		for _, err := range []error{
			second(r.CreateThing(registry.Thing{ThingName: "api"})),
			second(r.UpdateThing("kept", registry.ThingUpdate{Attributes: map[string]string{"a": "b"}})),
			second(r.UpdateThing("edited", registry.ThingUpdate{Attributes: map[string]string{"a": "b"}})),
			r.DeletePolicy("p"),
			r.SetLoggingOptions(registry.LoggingOptions{RoleArn: "arn:aws:iam::000000000000:role/r", DefaultLogLevel: "WARN"}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return done(r.IssueCredential(registry.Credential{RoleName: "r"}, time.Hour))(t).AccessKeyID
	}
	check := func(t *testing.T, e *rig, key string) {
		t.Helper()
		if got, want := things(e), "api edited/new kept more stays"; got != want {
			t.Errorf("got things %q, want %q (issue 6)", got, want)
		}
		if _, ok := e.registry.Policy("p"); ok {
			t.Error("got policy p, want it deleted as it was by the API (issue 6)")
		}
		if _, ok := e.registry.Credential(key); !ok {
			t.Error("got no temporary keys, want them to live on (issue 6)")
		}
		if o, _ := e.registry.LoggingOptions(); o.DefaultLogLevel != "WARN" {
			t.Errorf("got log level %q, want WARN (issue 6)", o.DefaultLogLevel)
		}
	}
	t.Run("reload", func(t *testing.T) {
		e := opened(t, settings{Config: parsed(t, before)})
		key := change(t, e)
		if err := e.Reload(parsed(t, after)); err != nil {
			t.Fatal(err)
		}
		check(t, e, key)
	})
	t.Run("restart", func(t *testing.T) {
		dir := t.TempDir()
		e := opened(t, settings{Config: parsed(t, before), StateDir: dir})
		key := change(t, e)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // what was merged is written
			e = opened(t, settings{Config: parsed(t, after), StateDir: dir})
			check(t, e, key)
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("reset", func(t *testing.T) {
		dir := t.TempDir()
		e := opened(t, settings{Config: parsed(t, before), StateDir: dir})
		key := change(t, e)
		e.Reset()
		for range 2 {
			if got, want := things(e), "edited/old goes kept stays"; got != want {
				t.Errorf("got things %q, want %q as suback.yaml says (issue 6)", got, want)
			}
			if _, ok := e.registry.Credential(key); ok {
				t.Error("got temporary keys, want none after the reset (issue 6)")
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			e = opened(t, settings{Config: parsed(t, before), StateDir: dir})
		}
	})
}

// TestChangesDuringReload: none is lost.
func TestChangesDuringReload(t *testing.T) {
	const clients, each = 4, 25
	e := opened(t, settings{Config: &config.Config{}, StateDir: t.TempDir()})
	var working sync.WaitGroup
	for c := range clients {
		r := e.registry // as an API call that has begun before a reload
		working.Go(func() {
			for i := range each {
				if _, err := r.CreateThing(registry.Thing{ThingName: fmt.Sprintf("%d-%d", c, i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 10 {
		if err := e.Reload(parsed(t, fmt.Sprintf("things: [{thingName: file-%d}]", i))); err != nil {
			t.Fatal(err)
		}
	}
	working.Wait()
	if got, want := len(e.registry.Things()), clients*each+1; got != want {
		t.Errorf("got %d things, want %d: the API's and the file's last one (issue 6)", got, want)
	}
}

// sealed is a registry.json with the sum of another text.
func sealed(text, of string) string {
	return fmt.Sprintf("%s\nsha256 %x\n", text, sha256.Sum256([]byte(of)))
}

func TestUnusableState(t *testing.T) {
	const other = `{"format": "suback registry 1", "region": "eu-west-1", "account": "000000000000"}`
	const same = `{"format": "suback registry 1", "region": "us-east-1", "account": "000000000000", "live": {"domains": {"a": {"DomainConfigurationName": "a", "DomainName": "x.test"}}}}`
	const badSum = ": the file is broken (it is not as its last line says); move it away"
	tests := []struct{ name, text, want string }{
		{"broken", "{", ": the file is broken ("},
		{"empty", "", ": the file is broken ("},
		{"a byte has changed", sealed(strings.ReplaceAll(same, "x.test", "y.test"), same), badSum},
		{"its sum has changed", strings.TrimSuffix(sealed(same, same), "\n"), badSum},
		{"its last line is half written", same + "\nsha", ": the file is broken ("},
		{"another format", `{"format": "suback registry 0"}`, ": not of this version's format; move it away"},
		{"another region", other, ": it is of account 000000000000 in eu-west-1, want 000000000000 in us-east-1"},
		{"what does not go with the configuration", same,
			`which domain configuration "b" has, want another; change the configuration, or move the file away`},
		{"a part that cannot be read", strings.ReplaceAll(same, `"domains"`, `"serverCerts"`), `serverCerts "a": `},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "registry.json")
			if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := start(settings{StateDir: dir, Config: parsed(t, "domainConfigurations: [{domainConfigurationName: b, domainName: x.test}]")})
			if err == nil || !strings.HasPrefix(err.Error(), file) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want %s and %s (issue 6)", err, file, tt.want)
			}
			if text, _ := os.ReadFile(file); string(text) != tt.text {
				t.Errorf("got another file, want it untouched (issue 6)")
			}
		})
	}
}

// TestStateIsWrittenFirst: an answer promises that the change is on the disk.
func TestStateIsWrittenFirst(t *testing.T) {
	dir, log := filepath.Join(t.TempDir(), "state"), &lines{}
	e := served(t, settings{StateDir: dir, Log: slog.New(slog.NewTextHandler(log, nil))})
	post := func(thing string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+e.Addr()+"/things/"+thing, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=0")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if got := post("first"); got != http.StatusOK {
		t.Fatalf("got status %d, want 200 (A-350)", got)
	}
	d := disk{t, dir}
	if !d.has(e, "first") {
		t.Error("got no thing in the file, want it there when the answer is (issue 6)")
	}
	if info, err := os.Stat(d.file()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600: it has secrets (issue 6)", info, err)
	}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if got := post("second"); got != http.StatusInternalServerError {
		t.Errorf("got status %d for what cannot be written, want 500 (issue 6)", got)
	}
	log.wait(t, "could not be written")
	if err := os.Rename(dir+".away", dir); err != nil { // or the end could not write it either
		t.Fatal(err)
	}
}
