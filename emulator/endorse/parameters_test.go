package endorse

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRequestParameters(t *testing.T) {
	tests := []struct {
		name, method, query, kind, body string
		want                            string // "" for an error
		source                          string
	}{
		{"query", "GET", "a=1&b=x%20y", "", "", `{"a":"1","b":"x y"}`, "A-285"},
		{"first value", "GET", "a=1&a=2", "", "", `{"a":"1"}`, "A-285, guess"},
		{"without redirect_url", "GET", "a=1&redirect_url=u", "", "", `{"a":"1"}`, "A-285, guess"},
		{"body of a GET", "GET", "a=1", "application/json", `{"b":2}`, `{"a":"1"}`, "A-285"},
		{"JSON", "POST", "q=1", "application/json", `{"a":"1","n":{"x":[1]}}`, `{"a":"1","n":{"x":[1]}}`, "A-285"},
		{"JSON as curl sends it", "POST", "", "application/x-www-form-urlencoded", " {\"a\": 12345678901234567890}\n",
			`{"a":12345678901234567890}`, "A-285"},
		{"JSON without redirect_url", "POST", "", "", `{"a":"1","redirect_url":"u"}`, `{"a":"1"}`, "A-285, guess"},
		{"form", "POST", "q=1", "application/x-www-form-urlencoded", "a=1&b=%E3%81%82", `{"a":"1","b":"あ"}`, "A-285"},
		{"nothing", "POST", "q=1", "", "", `null`, "A-285"},
		{"JSON but no object", "POST", "", "application/json", `[1]`, "", "A-285, guess"},
		{"null", "POST", "", "application/json", `null`, "", "A-285, guess"},
		{"half a JSON", "POST", "", "", `{"a":`, "", "A-285, guess"},
		{"broken form", "POST", "", "", "a=%zz", "", "A-285, guess"},
		{"multipart", "POST", "", "multipart/form-data; boundary=x", "--x--", "", "A-285, guess"},
		{"too much", "POST", "", "", "a=" + strings.Repeat("x", maxBody), "", "A-285, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, "/?"+tt.query, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			found, err := requestParameters(r)
			got := ""
			if err == nil {
				b, _ := json.Marshal(found)
				got = string(b)
			}
			if got != tt.want {
				t.Errorf("got %s %v, want %s (%s)", got, err, tt.want, tt.source)
			}
		})
	}
}

func FuzzRequestParameters(f *testing.F) {
	f.Add("application/json", `{"a":{"b":1}}`)
	f.Add("application/x-www-form-urlencoded", "a=1&b=%E3%81%82&redirect_url=u")
	f.Add("multipart/form-data", "--x--")
	f.Add("", "{\"\xff\":\"\xff\"}")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		found, err := requestParameters(r)
		if err != nil {
			return
		}
		if _, has := found[redirectParameter]; has {
			t.Error("got redirect_url, want it left out (A-285)")
		}
		if _, err := json.Marshal(claim{RequestParameters: found}); err != nil {
			t.Errorf("got %v, want what a token can carry", err)
		}
	})
}
