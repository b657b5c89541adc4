package registry

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func TestMerge(t *testing.T) {
	tests := []struct {
		name             string
		base, file, live string // JSON, "" if there is none
		want             string
		source           string
	}{
		{"nothing happened", `1`, `1`, `1`, `1`, "issue 6: suback.yaml is the initial state"},
		{"changed by the API", `1`, `1`, `2`, `2`, "issue 6: a reload keeps what the API made"},
		{"deleted by the API", `1`, `1`, ``, ``, "issue 6"},
		{"made by the API", ``, ``, `2`, `2`, "issue 6"},
		{"changed in the file", `1`, `3`, `1`, `3`, "issue 6: the file's edits count"},
		{"changed in both", `1`, `3`, `2`, `3`, "issue 6"},
		{"changed in the file, deleted by the API", `1`, `3`, ``, `3`, "issue 6"},
		{"new in the file", ``, `3`, ``, `3`, "issue 6"},
		{"new in the file, made by the API before", ``, `3`, `2`, `3`, "issue 6"},
		{"gone from the file", `1`, ``, `1`, ``, "issue 6"},
		{"gone from the file, changed by the API", `1`, ``, `2`, `2`, "issue 6"},
		{"gone from both", `1`, ``, ``, ``, "issue 6"},
		{"only a date has changed in the file", `{"CreationDate": 1}`, `{"CreationDate": 3}`, `{"CreationDate": 1}`, `{"CreationDate": 1}`,
			"dates are when the file was read"},
		{"only a date differs, gone from the file", `{"V": [{"CreateDate": 1}]}`, ``, `{"V": [{"CreateDate": 2}]}`, ``,
			"dates are when the file was read"},
		{"an expiry is no such date", `{"Expiration": 1}`, `{"Expiration": 3}`, `{"Expiration": 1}`, `{"Expiration": 3}`, "A-261"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Merge(stateOf(tt.base), stateOf(tt.file), stateOf(tt.live))
			if fmt.Sprintf("%s", got) != fmt.Sprintf("%s", stateOf(tt.want)) {
				t.Errorf("got %s, want %s (%s)", got, stateOf(tt.want), tt.source)
			}
		})
	}
}

func stateOf(text string) State {
	if text == "" {
		return State{}
	}
	return State{"kind": {"name": json.RawMessage(text)}}
}

// TestReplace is a reload: the registry stays the same for who has it.
func TestReplace(t *testing.T) {
	fromFile := func(policies ...string) State {
		r := newRegistry(t, Options{})
		for _, name := range policies {
			must(r.CreatePolicy(name, allow))(t)
		}
		must(r.PutCredential(Credential{AccessKeyID: "AKIAFILE" + fmt.Sprint(len(policies)), SecretAccessKey: "secret"}))(t)
		return r.State()
	}
	base, file := fromFile("stays", "goes"), fromFile("stays")
	r := must(Load(Options{}, base))(t)
	must(r.PutIdentityPool(IdentityPool{IdentityPoolID: somePool}))(t)
	i := must(r.NewIdentity(somePool, nil))(t)
	for _, name := range []string{"stays", "goes"} {
		expect(t, "attach", r.AttachPolicy(name, i.IdentityID), "", "", "A-218")
	}
	short := must(r.IssueCredential(Credential{RoleName: "app"}, time.Hour))(t)
	expect(t, "options", r.SetLoggingOptions(LoggingOptions{RoleArn: logRole, DefaultLogLevel: LogWarn}), "", "", "A-340")
	r.RegistrationCode()
	expect(t, "delete", r.DeleteRegistrationCode(), "", "", "A-338")
	code := must(r.RegistrationCode())(t)
	r.Advance(time.Minute)

	expect(t, "reload", r.Replace(func(live State) State { return Merge(base, file, live) }), "", "", "issue 6")
	for key, want := range map[string]bool{short.AccessKeyID: true, "AKIAFILE1": true, "AKIAFILE2": false} {
		if _, got := r.Credential(key); got != want {
			t.Errorf("keys %s: got %v, want %v (issue 6)", key[:4], got, want)
		}
	}
	if _, ok := r.Identity(i.IdentityID); !ok {
		t.Error("got no identity, want it to live on (issue 6)")
	}
	if got := docNames(r.AttachedDocuments(i.IdentityID)); got != "stays" {
		t.Errorf("got policies %q, want the one that is still there (issue 6)", got)
	}
	if got := r.LogLevel(LogSubject{}); got != LogWarn {
		t.Errorf("got log level %q, want WARN as it was set (A-340)", got)
	}
	if got := must(r.RegistrationCode())(t); got != code {
		t.Errorf("got code %s, want %s (A-338, emulator)", got, code)
	}
	if d := time.Until(r.Now()); d < 59*time.Second {
		t.Errorf("got a clock %v ahead, want a minute as before (issue 6)", d)
	}
	expect(t, "an unreadable state", r.Replace(func(State) State { return stateOf("1") }), "", "", "")
	if len(r.Policies()) != 0 {
		t.Errorf("got %d policies, want none: the state has none (issue 6)", len(r.Policies()))
	}
}
