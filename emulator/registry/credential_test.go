package registry

import (
	"fmt"
	"regexp"
	"testing"
	"time"
)

func TestPutCredential(t *testing.T) {
	tests := []struct {
		name       string
		credential Credential
		wantUser   string
		code, part string
		source     string
	}{
		{"AWS's form", Credential{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", UserName: "me"}, "me", "", "", "A-261"},
		{"any form", Credential{AccessKeyID: "test", SecretAccessKey: "test"}, "test", "", "", "design"},
		{"no id", Credential{SecretAccessKey: "secret"}, "", InvalidRequest, "accessKeyId is missing", "design"},
		{"no secret", Credential{AccessKeyID: "AKIALOCAL"}, "", InvalidRequest, "secretAccessKey is missing", "design"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		_, err := r.PutCredential(tt.credential)
		expect(t, tt.name, err, tt.code, tt.part, tt.source)
		if err != nil {
			continue
		}
		got, ok := r.Credential(tt.credential.AccessKeyID)
		if u, exists := r.User(tt.wantUser); !ok || !exists || got.UserName != u.UserName {
			t.Errorf("%s: got %v of user %q, want user %q to exist (%s)", tt.name, ok, got.UserName, tt.wantUser, tt.source)
		}
	}
	if _, ok := newRegistry(t, Options{}).Credential("test"); ok {
		t.Error("got credentials test, want none unless configured (design)")
	}
}

func TestIssueCredential(t *testing.T) {
	r := newRegistry(t, Options{})
	a := must(r.IssueCredential(Credential{RoleName: "app", RoleSessionName: "s", IdentityID: someIdentity, Authenticated: true},
		time.Hour))(t)
	b := must(r.IssueCredential(Credential{RoleName: "app"}, time.Hour))(t)
	for _, tt := range []struct{ got, want, source string }{
		{a.AccessKeyID, `^ASIA[A-Z0-9]{16}$`, "A-261"},
		{a.SecretAccessKey, `^[A-Za-z0-9/+]{40}$`, "IAM"},
		{a.SessionToken, `^[A-Za-z0-9/+]{300,}$`, "IAM"},
	} {
		if !regexp.MustCompile(tt.want).MatchString(tt.got) {
			t.Errorf("got %s, want %s (%s)", tt.got, tt.want, tt.source)
		}
	}
	if a.AccessKeyID == b.AccessKeyID || a.SecretAccessKey == b.SecretAccessKey || a.SessionToken == b.SessionToken {
		t.Error("got the same keys twice, want others (design)")
	}
	got, ok := r.Credential(a.AccessKeyID)
	if !ok || got.SessionToken != a.SessionToken || got.IdentityID != someIdentity || !got.Authenticated || got.RoleSessionName != "s" {
		t.Errorf("got %v, want all that was said of it (A-220, A-262)", ok)
	}
}

func TestExpiredCredentials(t *testing.T) {
	r := newRegistry(t, Options{})
	c := must(r.IssueCredential(Credential{RoleName: "app"}, time.Hour))(t)
	steps := []struct {
		advance       time.Duration
		found, isGood bool
		source        string
	}{
		{59 * time.Minute, true, true, "A-261"},
		{2 * time.Minute, true, false, "design: expired is not unknown"},
		{23 * time.Hour, true, false, "design: expired is not unknown"},
		{time.Hour, false, false, "design: 24 hours"},
	}
	for _, tt := range steps {
		r.Advance(tt.advance)
		got, ok := r.Credential(c.AccessKeyID)
		if good := ok && r.Now().Before(got.Expiration); ok != tt.found || good != tt.isGood {
			t.Errorf("after another %v: got found %v, good %v, want %v, %v (%s)", tt.advance, ok, good, tt.found, tt.isGood, tt.source)
		}
	}
	r.IssueCredential(Credential{RoleName: "app"}, time.Hour)
	if r.credentials.len() != 1 {
		t.Errorf("got %d credentials, want the new one alone (design: nothing is kept for ever)", r.credentials.len())
	}
}

func TestPrincipalOfCredentials(t *testing.T) {
	r := newRegistry(t, Options{Account: "123456789012"})
	for _, name := range []string{"b", "a", "other"} {
		must(r.CreatePolicy(name, allow))(t)
	}
	u := must(r.PutUser(User{UserName: "me", Policies: []string{"b", "a", "b"}}))(t)
	o := must(r.PutRole(Role{RoleName: "app", Policies: []string{"other"}}))(t)
	long := must(r.PutCredential(Credential{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", UserName: "me"}))(t)
	short := must(r.IssueCredential(Credential{RoleName: "app", RoleSessionName: "nominator-temp"}, time.Hour))(t)
	tests := []struct {
		credential         Credential
		arn, id, documents string
		source             string
	}{
		{long, "arn:aws:iam::123456789012:user/me", u.UserID, "a b", "A-216"},
		{short, "arn:aws:sts::123456789012:assumed-role/app/nominator-temp", o.RoleID + ":nominator-temp", "other", "A-216, A-262"},
	}
	for _, tt := range tests {
		got := fmt.Sprint(r.PrincipalARN(tt.credential), " ", r.PrincipalID(tt.credential), " ", docNames(r.CredentialDocuments(tt.credential)))
		if want := fmt.Sprint(tt.arn, " ", tt.id, " ", tt.documents); got != want {
			t.Errorf("got %s, want %s (%s)", got, want, tt.source)
		}
	}
}

// No verb prints the secrets.
func TestCredentialKeepsItsSecrets(t *testing.T) {
	c := must(newRegistry(t, Options{}).IssueCredential(Credential{}, time.Hour))(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, c); got != "credential "+c.AccessKeyID {
			t.Errorf("%s: got %s, want the id alone (design: no secrets)", verb, got)
		}
	}
}
