package shadow

import "strings"

// Names and topics
//
//   - the classic shadow: $aws/things/<thing>/shadow, a named one:
//     $aws/things/<thing>/shadow/name/<shadow> [S-1]
//   - requests: get, update and delete below it; answers: accepted and rejected below
//     the request; notifications: update/delta and update/documents [S-2]
//   - thing: 1 to 128 of a-z A-Z 0-9 : _ -, shadow: 1 to 64 of them and $ [S-3]

// An ID is whose shadow, and which: Name is empty for the classic one.
type ID struct{ Thing, Name string }

// String is the thing, with the name behind a slash if there is one.
func (id ID) String() string {
	if id.Name == "" {
		return id.Thing
	}
	return id.Thing + "/" + id.Name
}

// Called is how AWS calls a shadow: the name, or the thing's of the classic one [S-71].
func (id ID) Called() string {
	if id.Name == "" {
		return id.Thing
	}
	return id.Name
}

// Prefix is what the topics of a shadow begin with.
func (id ID) Prefix() string {
	prefix := "$aws/things/" + id.Thing + "/shadow"
	if id.Name != "" {
		prefix += "/name/" + id.Name
	}
	return prefix
}

// Topic is where requests for an operation come.
func (id ID) Topic(op Op) string {
	if id.Name == "" {
		return "$aws/things/" + id.Thing + "/shadow/" + string(op)
	}
	return id.Prefix() + "/" + string(op)
}

// An Op is what a request asks for, as its topic has it.
type Op string

// The operations.
const (
	Get    Op = "get"
	Update Op = "update"
	Delete Op = "delete"
)

// Filters returns the topics of all requests.
func Filters() (all []string) {
	for _, prefix := range []string{"$aws/things/+/shadow/", "$aws/things/+/shadow/name/+/"} {
		for _, op := range []Op{Get, Update, Delete} {
			all = append(all, prefix+string(op))
		}
	}
	return all
}

// ByTopic reads the topic of a request; ok is false for any other. Names are not checked.
func ByTopic(topic string) (id ID, op Op, ok bool) {
	rest, ok := strings.CutPrefix(topic, "$aws/things/")
	thing, rest, _ := strings.Cut(rest, "/")
	rest, below := strings.CutPrefix(rest, "shadow/")
	if !ok || !below {
		return ID{}, "", false
	}
	id.Thing = thing
	if named, yes := strings.CutPrefix(rest, "name/"); yes {
		id.Name, rest, _ = strings.Cut(named, "/")
	}
	op = Op(rest)
	return id, op, op == Get || op == Update || op == Delete
}

// Check refuses names that none can have, and is nil for others [S-3; the text is a guess].
func (id ID) Check() *Refusal {
	const want = "the letters a-z and A-Z, digits, and : _ -"
	switch {
	case !validName(id.Thing, 128, ""):
		return &Refusal{Code: 400, Message: "Invalid thing name", Rules: []string{"S-3"},
			Detail: "no thing can have this name: it has 1 to 128 of " + want,
			Hint:   "use a thing name of at most 128 of " + want}
	case id.Name != "" && !validName(id.Name, 64, "$"):
		return &Refusal{Code: 400, Message: "Invalid shadow name", Rules: []string{"S-3"},
			Detail: "no shadow can have this name: it has 1 to 64 of " + want + " $",
			Hint:   "use a shadow name of at most 64 of " + want + " $"}
	}
	return nil
}

func validName(name string, most int, also string) bool {
	if name == "" || len(name) > most {
		return false
	}
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case strings.ContainsRune(":_-"+also, r):
		default:
			return false
		}
	}
	return true
}
