package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy/policytest"
)

// applied is a document with a JSON patch of [RFC 6902], as far as Repair uses it.
func applied(t testing.TB, text string, ops []Operation) string {
	t.Helper()
	var doc any
	if text != "" {
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
	}
	for _, op := range ops {
		var value any
		if err := json.Unmarshal(op.Value, &value); err != nil && op.Op != "remove" {
			t.Fatalf("%s is no JSON: %v", op.Value, err)
		}
		if op.Path == "" {
			doc = value
			continue
		}
		doc = put(t, doc, strings.Split(op.Path, "/")[1:], op.Op, value)
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// put follows a pointer and does what op says at its end.
func put(t testing.TB, at any, path []string, op string, value any) any {
	t.Helper()
	last := len(path) == 1
	switch at := at.(type) {
	case map[string]any:
		old, there := at[path[0]]
		switch {
		case last && op == "remove":
			delete(at, path[0])
			return at
		case !last:
			value = put(t, old, path[1:], op, value)
		case op == "replace" && !there:
			t.Fatalf("replace of %s, which is not there", path[0])
		}
		at[path[0]] = value
		return at
	case []any:
		if path[0] == "-" && last && op == "add" {
			return append(at, value)
		}
		i, err := strconv.Atoi(path[0])
		if err == nil && i >= 0 && i < len(at) && last && op == "remove" {
			return slices.Delete(at, i, i+1)
		}
		if err != nil || i < 0 || i >= len(at) || last && op != "replace" {
			t.Fatalf("%s at %v", op, path)
		}
		if !last {
			value = put(t, at[i], path[1:], op, value)
		}
		at[i] = value
		return at
	}
	t.Fatalf("%v points into %T", path, at)
	return nil
}

func patchText(ops []Operation) string {
	lines := make([]string, len(ops))
	for i, op := range ops {
		lines[i] = op.String()
	}
	return strings.Join(lines, "\n")
}

const (
	here  = "arn:aws:iot:us-east-1:123456789012:"
	stars = "arn:aws:iot:*:*:"
)

func TestRepair(t *testing.T) {
	// body is a document's members behind Version
	v12 := func(body string) string { return `{"Version": "2012-10-17", ` + body + `}` }
	allow := func(action, resource string) string {
		return fmt.Sprintf(`{"Effect": "Allow", "Action": %s, "Resource": %s}`, action, resource)
	}
	deny := func(action, resource string) string {
		return strings.Replace(allow(action, resource), "Allow", "Deny", 1)
	}
	list := func(statements ...string) string { return `"Statement": [` + strings.Join(statements, ", ") + `]` }
	tests := []struct {
		name   string
		docs   []string
		action Action
		on     string
		doc    string
		patch  string
		warns  string // what it contains; "" for none
	}{
		{"no documents at all", nil, Connect, "pump-7", "",
			`add  {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"` + here + `client/pump-7"}]}`, ""},
		{"Receive is missing", []string{v12(list(allow(`["iot:Connect", "iot:Subscribe"]`, `"*"`)))}, Receive, "a/b", "P[0]",
			`add /Statement/- {"Effect":"Allow","Action":"iot:Receive","Resource":"` + here + `topic/a/b"}`, ""},
		{"one bare statement", []string{v12(`"Statement": ` + allow(`"iot:Connect"`, `"*"`))}, Publish, "a", "P[0]",
			`replace /Statement [{"Effect":"Allow","Action":"iot:Connect","Resource":"*"},{"Effect":"Allow","Action":"iot:Publish","Resource":"` +
				here + `topic/a"}]`, ""},
		{"beside another topic, a text", []string{v12(list(allow(`"iot:Publish"`, `"`+stars+`topic/b"`)))}, Publish, "a", "P[0]",
			`replace /Statement/0/Resource ["` + stars + `topic/b","` + stars + `topic/a"]`, ""},
		{"beside another topic, a list", []string{v12(list(allow(`"iot:Connect"`, `"*"`), allow(`"iot:Publish"`, `["`+stars+`topic/b"]`)))},
			Publish, "a", "P[0]", `add /Statement/1/Resource/- "` + stars + `topic/a"`, ""},
		{"beside another topic, in a bare statement", []string{v12(`"Statement": ` + allow(`["iot:Publish"]`, `["`+here+`topic/b"]`))},
			Publish, "a", "P[0]", `add /Statement/Resource/- "` + here + `topic/a"`, ""},
		{"not to a statement with more actions", []string{v12(list(allow(`["iot:Publish", "iot:Receive"]`, `"`+here+`topic/b"`)))}, Publish, "a",
			"P[0]", `add /Statement/- {"Effect":"Allow","Action":"iot:Publish","Resource":"` + here + `topic/a"}`, ""},
		{"another client, beside all topics",
			[]string{v12(list(allow(`["iot:Connect", "iot:Publish"]`, `["`+here+`client/a", "`+here+`topic/*"]`)))},
			Connect, "b", "P[0]", `add /Statement/0/Resource/- "` + here + `client/b"`, ""},
		{"an action beside another", []string{v12(list(allow(`"iot:Publish"`, `"`+here+`topic/a"`)))}, Receive, "a", "P[0]",
			`replace /Statement/0/Action ["iot:Publish","iot:Receive"]`, ""},
		{"an action in a list", []string{v12(list(allow(`["iot:Publish"]`, `"`+here+`topic/a"`)))}, RetainPublish, "a", "P[0]",
			`add /Statement/0/Action/- "iot:RetainPublish"`, ""},
		{"the client's own name", []string{v12(list(allow(`"iot:Publish"`, `"`+stars+`topic/${iot:ClientId}/state"`)))}, Publish,
			"pump-7/alarm", "P[0]",
			`replace /Statement/0/Resource ["` + stars + `topic/${iot:ClientId}/state","` + stars + `topic/${iot:ClientId}/alarm"]`, ""},
		{"the client's own name, on CONNECT", []string{v12(list(allow(`"iot:Publish"`, `"`+stars+`topic/${iot:ClientId}/state"`)))}, Connect,
			"pump-7", "P[0]", `add /Statement/- {"Effect":"Allow","Action":"iot:Connect","Resource":"` + stars + `client/${iot:ClientId}"}`, ""},
		{"a name with wildcards", []string{v12(list(allow(`"iot:Publish"`, `"`+here+`topic/b"`)))}, Publish, "a*?${b}", "P[0]",
			`replace /Statement/0/Resource ["` + here + `topic/b","` + here + `topic/a${*}${?}${$}{b}"]`, ""},
		{"a name with wildcards, no Version", []string{`{` + list(allow(`"iot:Publish"`, `"`+here+`topic/b"`)) + `}`}, Publish, "a*", "P[0]",
			`replace /Statement/0/Resource ["` + here + `topic/b","` + here + `topic/a*"]`, "wildcards in a document without Version"},
		{"topic for topicfilter", []string{v12(list(allow(`"iot:Subscribe"`, `["`+here+`topic/a/#"]`)))}, Subscribe, "a/#", "P[0]",
			`replace /Statement/0/Resource/0 "` + here + `topicfilter/a/#"`, ""},
		{"topic for topicfilter, and the topic is needed", []string{v12(list(allow(`["iot:Subscribe", "iot:Publish"]`, `"`+here+`topic/a"`)))},
			Subscribe, "a", "P[0]", `replace /Statement/0/Resource ["` + here + `topic/a","` + here + `topicfilter/a"]`, ""},
		{"# for *", []string{v12(list(allow(`"iot:Receive"`, `"`+here+`topic/a/#"`)))}, Receive, "a/b", "P[0]",
			`replace /Statement/0/Resource "` + here + `topic/a/*"`, `all of topic/a/*; "*" takes in any number of levels`},
		{"another region", []string{v12(list(allow(`"iot:Publish"`, `"arn:aws:iot:eu-west-1:*:topic/a"`)))}, Publish, "a", "P[0]",
			`replace /Statement/0/Resource "arn:aws:iot:us-east-1:*:topic/a"`, ""},
		{"another account", []string{v12(list(allow(`["iot:Connect", "iot:Publish"]`, `"arn:aws:iot:us-east-1:999999999999:*"`)))}, Connect, "pump-7",
			"P[0]", `replace /Statement/0/Resource "` + here + `*"`, "P[0].Statement[0] then allows iot:Connect on all of *"},
		{"another case", []string{v12(list(allow(`"iot:Publish"`, `"`+here+`topic/Pump/*/State"`)))}, Publish, "pump/A/state", "P[0]",
			`replace /Statement/0/Resource "` + here + `topic/pump/*/state"`, "P[0].Statement[0] no longer allows topic/Pump/*/State; "},
		{"a slash too few", []string{v12(list(allow(`"iot:Publish"`, `"`+here+`topic/a/b"`)))}, Publish, "/a/b", "P[0]",
			`replace /Statement/0/Resource "` + here + `topic//a/b"`, "no longer allows topic/a/b"},
		{"a slash too many", []string{v12(list(allow(`"iot:Publish"`, `"`+here+`topic//a/b"`)))}, Publish, "a/b", "P[0]",
			`replace /Statement/0/Resource "` + here + `topic/a/b"`, "no longer allows topic//a/b"},
		{"a variable of another case", []string{v12(list(allow(`"iot:Publish"`, `"`+here+`topic/${iot:clientId}"`)))}, Publish, "pump-7", "P[0]",
			`replace /Statement/0/Resource "` + here + `topic/${iot:ClientId}"`, ""},
		{"no Version", []string{`{` + list(allow(`"iot:Publish"`, `"`+here+`topic/${iot:ClientId}"`)) + `}`}, Publish, "pump-7", "P[0]",
			`add /Version "2012-10-17"`, "all of P[0] then has its variables replaced"},
		{"the older Version", []string{`{"Version": "2008-10-17", ` + list(allow(`"iot:Publish"`, `"`+here+`topic/${iot:ClientId}"`)) + `}`}, Publish,
			"pump-7", "P[0]", `add /Version "2012-10-17"`, "all of P[0] then has its variables replaced"},
		{"an undefined variable", []string{v12(list(allow(`["iot:Receive", "iot:Publish"]`, `"`+here+`topic/${iot:Connection.Thing.ThingName}/a"`)))},
			Publish, "pump-7/a", "P[0]", `add /Statement/- {"Effect":"Allow","Action":"iot:Publish","Resource":"` + here + `topic/pump-7/a"}`,
			"${iot:Connection.Thing.ThingName} is undefined"},
		{"a condition", []string{v12(list(`{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*", "Condition": ` +
			`{"Bool": {"iot:Connection.Thing.IsAttached": "true"}}}`))}, Connect, "pump-7", "P[0]",
			`add /Statement/- {"Effect":"Allow","Action":"iot:Connect","Resource":"` + here + `client/pump-7"}`, "the patch allows it without"},
		{"the nearest document", []string{v12(list(allow(`"iot:Publish"`, `"`+here+`topic/x/y"`))),
			v12(list(allow(`"iot:Publish"`, `"`+here+`topic/pump/7"`)))}, Publish, "pump/8", "P[1]",
			`replace /Statement/0/Resource ["` + here + `topic/pump/7","` + here + `topic/pump/8"]`, ""},
		{"what has no name", []string{v12(list(allow(`"iot:Publish"`, `"`+here+`topic/a"`)))}, ListRetainedMessages, "", "P[0]",
			`add /Statement/- {"Effect":"Allow","Action":"iot:ListRetainedMessages","Resource":"*"}`, ""},
		{"a Deny", []string{v12(list(allow(`"*"`, `"*"`), `{"Effect": "Deny", "Action": "iot:Publish", "Resource": "`+here+`topic/a/*"}`))},
			Publish, "a/b", "P[0]", "",
			"P[0].Statement[1] denies iot:Publish on topic/a/b, and no Allow outweighs that: take the statement out, or have it deny less than " +
				"topic/a/*; there is no patch, since a wildcard cannot leave one name out"},
		{"a Deny of this and no more", []string{v12(list(allow(`"*"`, `"*"`), deny(`"iot:Publish"`, `["`+here+`topic/a/b"]`)))}, Publish, "a/b", "P[0]",
			`remove /Statement/1`, "somebody wrote it on purpose"},
		{"a Deny of other topics too", []string{v12(list(allow(`"*"`, `"*"`), deny(`"iot:Publish"`, `["`+here+`topic/c", "`+here+`topic/a", "`+stars+`topic/a"]`)))},
			Publish, "a", "P[0]", "remove /Statement/1/Resource/2\nremove /Statement/1/Resource/1", "takes it back for this request"},
		{"a Deny of other actions too", []string{v12(list(allow(`"*"`, `"*"`), deny(`["iot:Receive", "iot:Publish"]`, `"`+here+`topic/a"`)))},
			Publish, "a", "P[0]", "remove /Statement/1/Action/1", "takes it back for this request"},
		{"a Deny of another type's resource too", []string{v12(list(allow(`"*"`, `"*"`),
			deny(`["iot:Connect", "iot:Publish"]`, `["`+here+`client/x", "`+here+`topic/a"]`)))},
			Publish, "a", "P[0]", "remove /Statement/1/Action/1", "takes it back for this request"},
		{"a Deny of both", []string{v12(list(allow(`"*"`, `"*"`), deny(`["iot:Receive", "iot:Publish"]`, `["`+here+`topic/a", "`+here+`topic/b"]`)))},
			Publish, "a", "P[0]", "", "there is no patch, since it denies other actions and other resources as well"},
		{"a Deny of all actions", []string{v12(list(allow(`"*"`, `"*"`), deny(`"iot:*"`, `"`+here+`topic/a"`)))}, Publish, "a", "P[0]", "",
			"there is no patch, since it names the action by a wildcard, iot:*"},
		{"a Deny of all actions but", []string{v12(list(allow(`"*"`, `"*"`),
			`{"Effect": "Deny", "NotAction": "iot:Connect", "Resource": "`+here+`topic/a"}`))}, Publish, "a", "P[0]", "",
			"there is no patch, since it is about all actions but those that it names"},
		{"a Deny of all topics but", []string{v12(list(allow(`"*"`, `"*"`),
			`{"Effect": "Deny", "Action": "iot:Publish", "NotResource": ["`+stars+`topic/b"]}`))}, Publish, "a", "P[0]",
			`add /Statement/1/NotResource/- "` + here + `topic/a"`, "takes it back for this request"},
		{"a Deny of all topics but, to more actions", []string{v12(list(allow(`"*"`, `"*"`),
			`{"Effect": "Deny", "Action": ["iot:Publish", "iot:Receive"], "NotResource": "`+here+`topic/b"}`))}, Publish, "a", "P[0]",
			`replace /Statement/1/NotResource ["` + here + `topic/b","` + here + `topic/a"]`, "P[0].Statement[1] then does not deny iot:Receive there either"},
		{"two Denies", []string{v12(list(allow(`"*"`, `"*"`), deny(`"iot:Publish"`, `"`+here+`topic/a"`), deny(`"iot:Publish"`, `"*"`)))}, Publish, "a",
			"P[0]", "", "there is no patch, since P[0].Statement[2] denies it as well"},
		{"a Deny, and no Allow", []string{v12(list(allow(`"iot:Connect"`, `"*"`), deny(`"iot:Publish"`, `"`+here+`topic/a"`)))}, Publish, "a", "P[0]", "",
			"there is no patch, since no statement would allow it then"},
		{"a Deny in a document of its own", []string{v12(list(allow(`"*"`, `"*"`))), v12(`"Statement": ` + deny(`"iot:Publish"`, `"`+here+`topic/a"`))},
			Publish, "a", "P[1]", "", "there is no patch, since nothing else is in P[1], which may be detached"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var docs []*Document
			for i, text := range tt.docs {
				docs = append(docs, parse(t, fmt.Sprintf("P[%d]", i), text))
			}
			d := Compile(docs, testContext(Values{"iot:ClientId": {"pump-7"}})).Explain(tt.action, tt.on, nil)
			r, ok := d.Repair()
			if !ok || r.Document != tt.doc || patchText(r.Patch) != tt.patch {
				t.Errorf("got  %s: %s\nwant %s: %s", r.Document, patchText(r.Patch), tt.doc, tt.patch)
			}
			if !strings.Contains(r.Warning, tt.warns) || tt.warns == "" && r.Warning != "" {
				t.Errorf("warning %q, want %q", r.Warning, tt.warns)
			}
			if len(r.Patch) > 0 {
				checkRepair(t, docs, r, d, testContext(Values{"iot:ClientId": {"pump-7"}}), nil)
			}
		})
	}
}

// checkRepair applies a repair: the request is then allowed, and nothing else, unless it
// warns.
func checkRepair(t testing.TB, docs []*Document, r Repair, d Decision, ctx Context, others []Decision) {
	t.Helper()
	var mended []*Document
	for _, doc := range docs {
		text := doc.Text()
		if doc.Name == r.Document {
			text = applied(t, text, r.Patch)
		}
		mended = append(mended, parse(t, doc.Name, text))
	}
	if r.Document == "" {
		mended = append(mended, parse(t, "new", applied(t, "", r.Patch)))
	}
	p := Compile(mended, ctx)
	if again := p.Explain(d.Action, d.Name, nil); !again.Allowed {
		t.Fatalf("%s is refused after %s\nof %s:\n%s", d, patchText(r.Patch), r.Document, texts(docs))
	}
	if d.Explicit != (r.Statement == nil) {
		t.Fatalf("%s: got the statement %+v, want one where none denies", d, r.Statement)
	}
	if d.Explicit {
		r.Statement = &Statement{"Allow", "*", "*"}
	}
	alone, err := Parse("alone", jsonOf(map[string]any{"Version": "2012-10-17", "Statement": r.Statement}))
	if err != nil || !Compile([]*Document{alone}, ctx).Allows(d.Action, d.Name) && alone != nil && !strings.Contains(r.Warning, "Version") {
		t.Fatalf("%s: the statement %+v does not do: %v", d, r.Statement, err)
	}
	if r.Warning != "" && !(d.Explicit && !strings.Contains(r.Warning, "either")) {
		return
	}
	for _, was := range others {
		same := was.Action == d.Action && was.Resource == d.Resource
		if now := p.Allows(was.Action, was.Name); !same && now != was.Allowed {
			t.Fatalf("%s becomes %v by a repair of %s without warning:\n%s\nof %s:\n%s", was, now, d, patchText(r.Patch), r.Document, texts(docs))
		}
	}
}

func texts(docs []*Document) string {
	var all []string
	for _, d := range docs {
		all = append(all, d.Name+" "+d.Text())
	}
	return strings.Join(all, "\n")
}

// TestRepairOfAnything: random documents and requests.
func TestRepairOfAnything(t *testing.T) {
	const cases = 500
	rnd := rand.New(rand.NewPCG(14, 3))
	ctx := testContext(Values{"iot:ClientId": {"pump-7"}, "iot:Connection.Thing.ThingName": {"t"}})
	repaired, silent := 0, 0
	for range cases {
		docs := randomDocuments(t, rnd)
		p := Compile(docs, ctx)
		var all []Decision
		for range 12 {
			all = append(all, p.Explain(policytest.Pick(rnd, Connect, Publish, Publish, RetainPublish, Receive, Receive, Subscribe, Subscribe,
				GetRetainedMessage, ListRetainedMessages, "iot:Other"), policytest.Name(rnd), nil))
		}
		for _, d := range all[:3] {
			r, ok := d.Repair()
			if ok == d.Allowed {
				t.Fatalf("%s: repair %v, %+v", d, ok, r)
			}
			if len(r.Patch) > 0 {
				repaired++
				checkRepair(t, docs, r, d, ctx, all)
			}
			if r.Warning == "" {
				silent++
			}
		}
	}
	if repaired < cases || silent < cases/2 {
		t.Errorf("%d repairs, %d without warning: the documents are too much alike", repaired, silent)
	}
}

// TestNarrowingOfAnything: whatever a Deny denies beside the request, it denies still.
func TestNarrowingOfAnything(t *testing.T) {
	const cases = 150
	rnd := rand.New(rand.NewPCG(14, 7))
	ctx := testContext(Values{"iot:ClientId": {"pump-7"}})
	some := func(from ...string) string {
		rnd.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
		return string(jsonOf(from[:1+rnd.IntN(len(from))]))
	}
	narrowed := 0
	for range cases {
		statements := []string{`{"Effect": "Allow", "Action": "*", "Resource": "*"}`}
		for range 1 + rnd.IntN(2) {
			statements = append(statements, fmt.Sprintf(`{"Effect": "Deny", "Action": %s, "%s": %s}`,
				some("iot:Publish", "iot:receive", "iot:Publi*", "iot:Connect", "iot:Publish"),
				policytest.Pick(rnd, "Resource", "Resource", "NotResource"),
				some(here+"topic/a", here+"topic/b/${iot:ClientId}", here+"topic/b/*", here+"client/a", stars+"topic/a")))
		}
		docs := []*Document{parse(t, "P", `{"Version": "2012-10-17", "Statement": [`+strings.Join(statements, ", ")+`]}`)}
		p := Compile(docs, ctx)
		var all []Decision
		for _, a := range []Action{Connect, Publish, Receive} {
			for _, name := range []string{"a", "b/pump-7", "b/x", "c"} {
				all = append(all, p.Explain(a, name, nil))
			}
		}
		for _, d := range all {
			if r, _ := d.Repair(); len(r.Patch) > 0 {
				narrowed++
				checkRepair(t, docs, r, d, ctx, all)
			}
		}
	}
	if narrowed < cases/4 {
		t.Errorf("%d were narrowed, want more of %d: the documents are too much alike", narrowed, cases)
	}
}

// randomDocuments are of the account of testContext.
func randomDocuments(t testing.TB, rnd *rand.Rand) (docs []*Document) {
	for i, text := range policytest.Place(here).Documents(rnd) {
		docs = append(docs, parse(t, fmt.Sprintf("P[%d]", i), text))
	}
	return docs
}

func TestKeys(t *testing.T) {
	p := compile(t, testContext(Values{"iot:ClientId": {"pump-7"}}),
		statementOf("Allow", "iot:Publish", "topic/${iot:ClientId}/${iot:Connection.Thing.ThingName}"),
		statementOf("Allow", "iot:Receive", "topic/${iot:DomainName}"),
		`{"Effect": "Deny", "Action": "iot:P*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceIp": "${iot:ClientId}", "iot:ClientId": "x"}}}`)
	used, missing := p.Keys("iot:publish", nil)
	if got := fmt.Sprint(used, missing); got != "[iot:ClientId] [iot:Connection.Thing.ThingName aws:SourceIp]" {
		t.Errorf("got %s", got)
	}
}

func BenchmarkRepair(b *testing.B) {
	p := compile(b, testContext(Values{"iot:ClientId": {"pump-7"}}), statementOf("Allow", "iot:Connect", "client/${iot:ClientId}"),
		statementOf("Allow", "iot:Publish", "topic/a"))
	d := p.Explain(Receive, "x", nil)
	for b.Loop() {
		d.Repair()
	}
}

// TestSettle: the repair is the same once the policy is let go.
func TestSettle(t *testing.T) {
	d := compile(t, testContext(nil), statementOf("Allow", "iot:Publish", "topic/a")).Explain(Receive, "a", nil)
	before, ok := d.Repair()
	settled := d
	settled.Settle()
	after, still := settled.Repair()
	if !ok || !still || string(jsonOf(before)) != string(jsonOf(after)) || settled.from != nil || !settled.Equal(&d) {
		t.Errorf("got %+v, want %+v", after, before)
	}
	allowed := compile(t, testContext(nil), statementOf("Allow", "*", "*")).Explain(Receive, "a", nil)
	if allowed.Settle(); allowed.mended != nil {
		t.Error("what is allowed was mended")
	}
}
