package authn

import (
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// TestSlippedNames: the authorizer's name was sent, and is not read; the hint says
// where it is and why, and shows none of the secrets around it.
func TestSlippedNames(t *testing.T) {
	const name, secret = "x-amz-customauthorizer-name", "hunter2"
	const form = "write <user name>?x-amz-customauthorizer-name=pumps"
	inUser := func(username string) Request { return mqttTLS(username, secret) }
	inClient := inUser(secret)
	inClient.ClientID = "d?" + name + "=pumps"
	page := transport.Field{Name: "Origin", Value: "https://example.test"}
	tests := []struct {
		name    string
		request Request
		want    []string
		source  string
	}{
		{"& for ?", inUser(secret + "&" + name + "=pumps"),
			[]string{`is in the user name, but "&" stands in front of it, and parameters begin behind a ?`, form}, "A-80"},
		{"nothing in front", inUser(name + "=pumps"), []string{"nothing stands in front of it, and parameters begin behind a ?", form}, "A-80"},
		{"%3F", inUser(secret + "%3F" + name + "=pumps"), []string{`"%3F" stands in front of it`, form}, "A-80"},
		{"%3F, encoded twice", inUser(secret + "%253f" + name + "=pumps"), []string{`"%253f" stands in front of it`, form}, "A-80"},
		{"another alphabet's ?", inUser(secret + "？" + name + "=pumps"), []string{`"？" stands in front of it`, form}, "A-80"},
		{"no mark at all", inUser("me" + name + "=pumps"), []string{"nothing stands in front of it", "its name must be " + name, form}, "A-80"},
		{"before the last ?", inUser(secret + "&" + name + "=pumps?SDK=x"), []string{"it stands before the last ?", form}, "A-86"},
		{"hyphen too many", inUser("?x-amz-custom-authorizer-name=pumps"),
			[]string{`"x-amz-custom-authorizer-name" is in`, "its name must be " + name, form}, "D-7"},
		{"hyphen missing", inUser("?x-amz-customauthorizername=pumps"),
			[]string{`"x-amz-customauthorizername" is in`, "its name must be " + name}, "D-7"},
		{"another spelling", inUser("?x-amzn-customauthoriser-name=pumps"),
			[]string{`"x-amzn-customauthoriser-name"`, "its name must be " + name}, "D-7"},
		{"underscores", inUser("?x_amz_customauthorizer_name=pumps"), []string{`"x_amz_customauthorizer_name"`, "its name must be " + name},
			"D-7"},
		{"two slips", inUser("x-amz-authorizer-name=pumps"), []string{"parameters begin behind a ?; its name must be " + name, form}, "D-7"},
		{"another name for it", inUser("?authorizer=pumps"), []string{`"authorizer" is in the user name, but its name must be`, form}, "D-7"},
		{"; for &", inUser("?SDK=" + secret + ";" + name + "=pumps"), []string{`";" stands in front of it, want &`, form}, "A-80"},
		{"HTML's &amp;", inUser("?SDK=x&amp;" + name + "=pumps"), []string{`";" stands in front of it, want &`}, "A-80"},
		{"blank in front", inUser("? " + name + "=pumps"), []string{`" " stands in front of it, want &`}, "A-80"},
		{"blank behind", inUser("?" + name + " = pumps"), []string{`" " stands behind it, want =`, form}, "A-80"},
		{": for =", inUser("?" + name + ":pumps"), []string{`":" stands behind it, want =`, form}, "A-80"},
		{"encoded once more", inUser("?" + name + "%3Dpumps%26tok%3D" + secret), []string{`"%3D" stands behind it, want =`, form}, "A-82"},
		{"no value", inUser("?" + name + "=&tok=" + secret), []string{"it has no value: write <user name>?" + name + "=<authorizer>"}, "A-88"},
		{"no such authorizer either", inUser(name + "=" + secret), []string{"write <user name>?" + name + "=<authorizer>"}, "D-7"},
		{"in the password", mqttTLS(secret, secret+"?"+name+"=pumps"),
			[]string{"is in the password, but parameters are not looked for there", form}, "A-79"},
		{"misspelt in the password", mqttTLS(secret, "?x-amz-custom-authorizer-name=pumps"),
			[]string{`"` + name + `" is in the password`, "its name must be"}, "A-79"},
		{"in the client id", inClient, []string{"is in the client id, but parameters are not looked for there", form}, "A-79"},
		{"a page, misspelt in the query", overHTTP("GET", "x-amz-customauthorizername=pumps&tok="+secret, page),
			[]string{"is in the query, but its name must be " + name, "write ?" + name + "=pumps in the URL"}, "D-24"},
		{"a page, ; in the query", overHTTP("GET", "tok="+secret+";"+name+"=pumps", page),
			[]string{`is in the query, but ";" stands in front of it, want &`}, "A-79"},
		{"two ? in the query", overHTTP("POST", "?x-amz-custom-authorizer-name=pumps"), []string{"its name must be " + name}, "A-79"},
		{"header", overHTTP("GET", "", transport.Field{Name: "x-amz-customauthorizer", Value: "pumps"}),
			[]string{"is in the headers, but its name must be", "write " + name + ": pumps"}, "A-79"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		_, refused := g.authenticate(tt.request)
		if refused == nil || refused.Reason != authorizerNotFound || len(g.called) > 0 {
			t.Errorf("%s: got %v, want a refusal before any function (%s)", tt.name, refused, tt.source)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(refused.Hint, want) {
				t.Errorf("%s: got %q, want %q in it (%s)", tt.name, refused.Hint, want, tt.source)
			}
		}
		if !slices.Contains(refused.Rules, "D-7") || strings.Contains(refused.Hint, secret) || strings.Contains(refused.Hint, "a page cannot") {
			t.Errorf("%s: got %q, rules %v, want D-7, no secret and nothing of headers", tt.name, refused.Hint, refused.Rules)
		}
	}
}

// TestSlippedValues: the parameter is right, what it says has something around it.
func TestSlippedValues(t *testing.T) {
	tests := []struct{ named, want string }{
		{"%20pumps", `white space, quotes or = around "pumps"`},
		{"%22pumps%22", `white space, quotes or = around "pumps"`},
		{"=pumps", `white space, quotes or = around "pumps"`},
		{"pumps;tok=hunter2", `goes on with ";" behind "pumps": & separates parameters`},
		{"pumps%26tok=hunter2", `goes on with "&" behind "pumps"`},
		{"pumps,gates", `goes on with "," behind "pumps"`},
		{"nobody;tok=hunter2", "account 000000000000 has in us-east-1: gates, old, pumps"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		_, refused := g.authenticate(mqttTLS("?x-amz-customauthorizer-name="+tt.named, ""))
		if refused == nil || !strings.Contains(refused.Hint, tt.want) || strings.Contains(refused.Error()+refused.Hint, "hunter2") {
			t.Errorf("%s: got %v: %q, want %q and no token (D-7)", tt.named, refused, refused.Hint, tt.want)
		}
	}
}

// TestSlippedNameWithDefault: the default authorizer is asked, which the client
// did not mean; both a refusal and a grant say so.
func TestSlippedNameWithDefault(t *testing.T) {
	for _, answer := range []string{yesAnswer, `{"isAuthenticated":false}`} {
		for username, slipped := range map[string]bool{"me&x-amz-customauthorizer-name=gates": true, "me": false, "me?SDK=x": false,
			"me?x-amz-customauthorizer-signature=x&tok=y": false} {
			g := newGateway(t, answer)
			if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
				t.Fatal(err)
			}
			grant, refused := g.authenticate(mqttTLS(username, "x"))
			said := ""
			if refused != nil {
				said = refused.Hint
			} else if len(grant.Notes) > 0 {
				said = grant.Notes[0].Text
			}
			if strings.Contains(said, "write <user name>?x-amz-customauthorizer-name=gates") != slipped {
				t.Errorf("%q: got %q, want the slip in it: %v (D-7)", username, said, slipped)
			}
		}
	}
}

// TestSlippedToken: what a signing authorizer misses was sent elsewhere.
func TestSlippedToken(t *testing.T) {
	key := newKey(t)
	const named, signature = "?x-amz-customauthorizer-name=signed", "x-amz-customauthorizer-signature"
	tests := []struct{ username, password, want string }{
		{"tok=hunter2" + named, "", `"tok" is in the user name, but it stands before the last ?`},
		{named + ";tok=hunter2", "", `goes on with ";" behind "signed"`},
		{named + "&SDK=x;tok=hunter2", "", `"tok" is in the user name, but ";" stands in front of it, want &`},
		{named, "tok=hunter2", `"tok" is in the password`},
		{named, "tok", "send it as a header"},
		{named, "took=hunter2", "send it as a header"},
		{named + "&tok=hunter2&x-amz-custom-authorizer-signature=hunter2", "",
			`"x-amz-custom-authorizer-signature" is in the user name, but its name must be ` + signature},
		{signature + "=hunter2" + named + "&tok=hunter2", "", `"` + signature + `" is in the user name, but it stands before the last ?`},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		g.put(t, registry.Authorizer{AuthorizerName: "signed", AuthorizerFunctionArn: "pumps", Status: registry.Active,
			TokenKeyName: "tok", TokenSigningPublicKeys: map[string]string{"k1": publicPEM(t, key)}})
		_, refused := g.authenticate(mqttTLS(tt.username, tt.password))
		if refused == nil || !strings.Contains(refused.Hint, tt.want) || strings.Contains(refused.Error()+refused.Hint, "hunter2") {
			t.Errorf("%q: got %v: %q, want %q and no token (D-8)", tt.username, refused, refused.Hint, tt.want)
		}
	}
}

// Every CONNECT that names no authorizer is looked at for a slip, so that costs little:
// a healthy one's search made 20 KB once.
func TestLookingForSlipsIsCheap(t *testing.T) {
	g := newGateway(t, yesAnswer).Registry
	r := mqttTLS("pump-7", "hunter2")
	if n := testing.AllocsPerRun(100, func() { _ = lookoutForName(g).hint(r) }); n > 10 {
		t.Errorf("got %v allocations for one look, want 10 at most", n)
	}
}
