package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// An Operation is one of a JSON patch [RFC 6902].
type Operation struct {
	Op    string          `json:"op"`   // "add", "replace" or "remove"
	Path  string          `json:"path"` // a JSON pointer, as "/Statement/0/Resource/-"
	Value json.RawMessage `json:"value,omitempty"`
}

// String is one line: `add /Statement/0/Resource/- "…"`.
func (o Operation) String() string {
	return strings.TrimSuffix(o.Op+" "+o.Path+" "+string(o.Value), " ")
}

// members are a document's as its author wrote them: Statement may be an object or a
// list, Action and Resource a text or a list [B-102, B-105].
func (d *Document) members() (m map[string]json.RawMessage) {
	_ = json.Unmarshal([]byte(d.text), &m) // it has been read before
	return m
}

// statementAt is a statement's path, and its members.
func (d *Document) statementAt(i int) (path string, members map[string]json.RawMessage) {
	raw, path := d.members()["Statement"], "/Statement"
	if isList(raw) {
		raw, path = items(raw)[i], fmt.Sprintf("/Statement/%d", i)
	}
	_ = json.Unmarshal(raw, &members)
	return path, members
}

// substitutes reports whether "${" begins a variable in it [B-109].
func (d *Document) substitutes() bool { return string(d.members()["Version"]) == `"2012-10-17"` }

func isList(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) }

func items(raw json.RawMessage) (list []json.RawMessage) {
	_ = json.Unmarshal(raw, &list)
	return list
}

// jsonOf writes a value as people do: "<" stays as it is.
func jsonOf(v any) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // texts and lists of them
	return bytes.TrimSpace(b.Bytes())
}

func (c *change) put(op, path string, value, old json.RawMessage) {
	c.ops = append(c.ops, Operation{op, path, value})
	c.grows += Size(value) - Size(old)
	if strings.HasSuffix(path, "/-") {
		c.grows++ // a comma
	}
}

// add puts a text into the Action or Resource of a statement, which may be a list.
func (c *change) add(statement int, member, text string) {
	path, members := c.doc.statementAt(statement)
	path += "/" + member
	old := members[member]
	if isList(old) {
		c.put("add", path+"/-", jsonOf(text), nil)
		return
	}
	c.put("replace", path, jsonOf([]json.RawMessage{old, jsonOf(text)}), old)
}

// correct replaces resource i of a statement.
func (c *change) correct(statement, i int, text string) {
	path, members := c.doc.statementAt(statement)
	path += "/Resource"
	old := members["Resource"]
	if isList(old) {
		path, old = fmt.Sprintf("%s/%d", path, i), items(old)[i]
	}
	c.put("replace", path, jsonOf(text), old)
}

// addStatement puts a statement behind the others, or into a document of its own.
func (c *change) addStatement(s Statement) {
	if c.doc == nil {
		c.put("add", "", jsonOf(struct {
			Version   string
			Statement []Statement
		}{"2012-10-17", []Statement{s}}), nil)
		return
	}
	old := c.doc.members()["Statement"]
	if isList(old) {
		c.put("add", "/Statement/-", jsonOf(s), nil)
		return
	}
	c.put("replace", "/Statement", jsonOf([]json.RawMessage{old, jsonOf(s)}), old)
}
