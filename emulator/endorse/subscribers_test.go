package endorse

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

const subscribersURL = "https://api.soracom.io/v1/subscribers"

// list gets subscribers as someone who has signed in.
func (f *fixture) list(t *testing.T, query string) *http.Response {
	t.Helper()
	a := f.signIn(t, goodKey)
	return f.do("GET", subscribersURL+query, "", "X-Soracom-API-Key", a.APIKey, "X-Soracom-Token", a.Token)
}

func imsis(t *testing.T, r *http.Response) string {
	t.Helper()
	var list []struct{ IMSI string }
	if err := json.Unmarshal([]byte(text(t, r)), &list); err != nil || r.StatusCode != 200 {
		t.Fatalf("got %d %v, want an array (A-305, A-307)", r.StatusCode, err)
	}
	var all []string
	for _, s := range list {
		all = append(all, s.IMSI[len(s.IMSI)-1:])
	}
	return strings.Join(all, " ")
}

func TestSubscribers(t *testing.T) {
	f := start(t, nil)
	tests := []struct {
		name, query string
		want        string // last digits of the IMSIs
		next        string
		source      string
	}{
		{"all", "", "1 2 3", "", "A-305, A-308"},
		{"what is unknown", "?operatorId=OP0012345678&authKeyId=keyId-local", "1 2 3", "", "A-306"},
		{"by status", "?status_filter=inactive|suspended", "3", "", "A-305"},
		{"none", "?status_filter=terminated", "", "", "A-305"},
		{"by speed class", "?speed_class_filter=s1.standard", "1 2 3", "", "A-305"},
		{"by tag", "?tag_name=site&tag_value=osaka-1", "2", "", "A-305"},
		{"by another value", "?tag_name=site&tag_value=osaka", "", "", "A-305"},
		{"by the beginning", "?tag_name=site&tag_value=osaka&tag_value_match_mode=prefix", "2", "", "A-305"},
		{"first page", "?limit=2", "1 2", "440103000000002", "A-305"},
		{"last page", "?limit=2&last_evaluated_key=440103000000002", "3", "", "A-305"},
		{"exactly a page", "?limit=3", "1 2 3", "", "A-305"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := f.list(t, tt.query)
			if got := imsis(t, r); got != tt.want {
				t.Errorf("got %q, want %q (%s)", got, tt.want, tt.source)
			}
			if got := r.Header.Get("x-soracom-next-key"); got != tt.next ||
				strings.Contains(r.Header.Get("Link"), "last_evaluated_key="+tt.next) != (tt.next != "") {
				t.Errorf("got next key %q and link %q, want %q (%s)", got, r.Header.Get("Link"), tt.next, tt.source)
			}
			f.silent(t)
		})
	}
}

func TestEverySubscriberInOneAnswer(t *testing.T) {
	f := start(t, func(c *Config) {
		c.Subscribers = nil
		for i := range 150 {
			c.Subscribers = append(c.Subscribers, Subscriber{IMSI: fmt.Sprintf("440104000000%03d", i)})
		}
	})
	if n := len(strings.Fields(imsis(t, f.list(t, "")))); n != 150 {
		t.Errorf("got %d, want all 150 (A-308)", n)
	}
}

func TestSubscriberFields(t *testing.T) {
	f := start(t, nil)
	var list []map[string]any
	if err := json.Unmarshal([]byte(text(t, f.list(t, ""))), &list); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"imsi": "440103000000001", "msisdn": "810000000001", "simId": "8942310017000000001", "operatorId": "OP0012345678",
		"status": "active", "speedClass": "s1.standard", "createdAt": 0.0, "ipAddress": "192.0.2.7",
	} {
		if got := list[0][name]; got != want {
			t.Errorf("got %s %v, want %v (A-305)", name, got, want)
		}
	}
	if _, has := list[0]["tags"].(map[string]any); !has {
		t.Errorf("got tags %v, want an object (A-305)", list[0]["tags"])
	}
}

func TestBadLimit(t *testing.T) {
	f := start(t, nil)
	for _, limit := range []string{"0", "101", "x", ""} {
		if r := f.list(t, "?limit="+limit); r.StatusCode != 400 {
			t.Errorf("got %d for limit %q, want 400 (A-305; status: guess)", r.StatusCode, limit)
		}
		f.record(t, trace.Refused, "CLIENT_ERROR", "A-305")
	}
}

func TestSecretInQuery(t *testing.T) {
	f := start(t, nil)
	for range 3 {
		if got := imsis(t, f.list(t, "?operatorId=OP0012345678&authKeyId=keyId-local&authKey=secret-local")); got != "1 2 3" {
			t.Errorf("got %q, want the answer all the same (A-306)", got)
		}
	}
	f.record(t, trace.Note, "SECRET_IN_QUERY", "D-51")
}
