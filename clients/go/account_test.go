package suback

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestNewAccount: what is asked of the gateway, and where the account is: a stand-in answers as the admin
// API does, so no engine is needed.
func TestNewAccount(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_suback/accounts", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode([]Account{{ID: "123456789012"}, {Name: "t0", ID: "210987654321"}})
	})
	mux.HandleFunc("POST /_suback/accounts", func(w http.ResponseWriter, r *http.Request) {
		var asked Account
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		asked.Name = cmp.Or(asked.Name, "account-1")
		asked.ID = cmp.Or(asked.ID, "000000000001")
		_ = json.NewEncoder(w).Encode(asked)
	})
	gateway := httptest.NewServer(mux)
	defer gateway.Close()
	a, err := firstOf(t.Context(), gateway.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, wantName string }{{"t1", "t1"}, {"", "account-1"}, {"t2", "t2"}} {
		if a, err = a.NewAccount(t.Context(), tt.name); err != nil { // of one that was made, too
			t.Fatal(err)
		}
		want := gateway.URL + "/_suback/accounts/" + tt.wantName
		if a.Name != tt.wantName || a.ID != "123456789012" || a.URL() != want {
			t.Errorf("%q: got %q %s at %s, want the first one's id at %s", tt.name, a.Name, a.ID, a.URL(), want)
		}
	}
}
