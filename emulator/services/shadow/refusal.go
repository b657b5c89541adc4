package shadow

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Why a request is rejected
//
//   - codes and texts are AWS's [S-72, S-73]; why, and what to write instead, is for the
//     record

// A Refusal is what AWS answers, and what it does not say.
type Refusal struct {
	Code    int
	Message string

	Path   string // in the request, as state.desired.led; "" for all of it
	Detail string
	Hint   string
	Rules  []string

	token string // of the request, if it can be read
}

// Error is the code with AWS's text.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s", r.Code, r.Message) }

// Reason is the refusal in one word, for records.
func (r *Refusal) Reason() string {
	switch r.Code {
	case 404:
		return "RESOURCE_NOT_FOUND"
	case 409:
		return "VERSION_CONFLICT"
	case 413:
		return "PAYLOAD_TOO_LARGE"
	case 415:
		return "UNSUPPORTED_ENCODING"
	case 429:
		return "THROTTLED"
	case 500:
		return "SERVER_ERROR"
	}
	return "CLIENT_ERROR"
}

const example = `{"state":{"reported":{"on":true}}}`

func invalidJSON(payload []byte, err error) *Refusal {
	detail := "the payload is no JSON: " + err.Error()
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		detail = fmt.Sprintf("the payload is no JSON, at byte %d of %d: %v", syntax.Offset, len(payload), err)
	}
	if len(payload) == 0 {
		detail = "the payload is empty"
	}
	return &Refusal{Code: 400, Message: "Invalid JSON", Detail: detail, Rules: []string{"S-27", "S-72"},
		Hint: "send one JSON object such as " + example + ", names and texts in double quotes"}
}

func notText() *Refusal {
	return &Refusal{Code: 415, Message: "Unsupported documented encoding; supported encoding is UTF-8",
		Detail: "the payload is not UTF-8", Rules: []string{"S-73"}, Hint: "encode the JSON as UTF-8"}
}

// maxDocument is how many bytes desired and reported may have together [S-39].
const maxDocument = 8192

func tooLarge(what string, size int) *Refusal {
	return &Refusal{Code: 413, Message: "The payload exceeds the maximum size allowed", Rules: []string{"S-39"},
		Detail: fmt.Sprintf("%s %d bytes, desired and reported together may have %d", what, size, maxDocument),
		Hint: "keep desired and reported small: set fields that are not needed any more to null, or spread them " +
			"over named shadows"}
}

func missingState() *Refusal {
	return &Refusal{Code: 400, Message: "Missing required node: state", Path: "state",
		Detail: "the request has no state", Rules: []string{"S-20"},
		Hint: "put desired and reported into state: " + example}
}

// notObject refuses what is neither an object nor null; called is how AWS calls it.
func notObject(called, path string, n *node) *Refusal {
	return &Refusal{Code: 400, Message: called + " node must be an object", Path: path,
		Detail: fmt.Sprintf("%s is %s", path, n.brief()), Rules: []string{"S-21"},
		Hint: fmt.Sprintf("write an object as %s, or null to empty it", path)}
}

// unknownNode refuses a name in state, which AWS's text has too; nullNode what has none.
func unknownNode(name string) *Refusal {
	hint := fmt.Sprintf("put %q into desired, which is wished for, or into reported, which is so", name)
	if name == "delta" {
		hint = "leave delta out: it is worked out of desired and reported"
	}
	return &Refusal{Code: 400, Message: fmt.Sprintf("State contains an invalid node: '%s'", name),
		Path: "state." + name, Detail: fmt.Sprintf("state has %q beside desired and reported", name),
		Rules: []string{"S-22"}, Hint: hint}
}

func nullNode(path string) *Refusal {
	return &Refusal{Code: 400, Message: "State contains an invalid node", Path: path, Detail: path + " is null",
		Rules: []string{"S-29"}, Hint: "leave null out of arrays: an array is replaced as a whole"}
}

func invalidVersion(detail, hint string, rules ...string) *Refusal {
	return &Refusal{Code: 400, Message: "Invalid version", Path: "version", Detail: detail,
		Rules: rules, Hint: hint}
}

func invalidToken(n *node) *Refusal {
	detail := fmt.Sprintf("clientToken is %s", n.brief())
	if n.is(text) {
		detail = fmt.Sprintf("clientToken has more than %d bytes", maxToken)
	}
	return &Refusal{Code: 400, Message: "Invalid clientToken", Path: "clientToken", Rules: []string{"S-24"},
		Detail: detail,
		Hint:   fmt.Sprintf("send a text of at most %d bytes, such as a UUID, or leave it out", maxToken)}
}

// maxDepth is how many levels there may be inside desired or reported [S-40].
const maxDepth = 6

func tooDeep(path string, levels int) *Refusal {
	return &Refusal{Code: 400, Message: "JSON contains too many levels of nesting; maximum is 6", Path: path,
		Detail: fmt.Sprintf("%s has %d levels", path, levels), Rules: []string{"S-40"},
		Hint: fmt.Sprintf("put at most %d levels into %s: join names, as a_b for a and b in it", maxDepth, path)}
}

func conflict(id ID, asked string, present int64) *Refusal {
	return &Refusal{Code: 409, Message: "Version conflict", Path: "version", Rules: []string{"S-25"},
		Detail: fmt.Sprintf("the request is for version %s, the shadow has version %d", asked, present),
		Hint: fmt.Sprintf("get the shadow %s, and send what is still to be changed with its version, or leave "+
			"version out to change any", id)}
}

func noShadow(id ID, op Op) *Refusal {
	return &Refusal{Code: 404, Message: fmt.Sprintf("No shadow exists with name: '%s'", id.Called()),
		Detail: fmt.Sprintf("there is no shadow %s to %s", id, op), Rules: []string{"S-5", "S-62", "S-71"},
		Hint: fmt.Sprintf("send an update first: the first one makes the shadow %s, here and on AWS", id)}
}

func tooMany() *Refusal {
	return &Refusal{Code: 429, Message: "TOO_MANY_REQUESTS", Rules: []string{"S-73", "S-77"},
		Detail: fmt.Sprintf("more than %d requests of this client for this thing are on their way", MostInFlight),
		Hint:   "wait for each answer before the next request"}
}

func tooFast(id ID) *Refusal {
	return &Refusal{Code: 429, Message: "TOO_MANY_REQUESTS", Rules: []string{"S-73", "S-77"},
		Detail: fmt.Sprintf("there were %d requests for the shadow %s within a second", MostPerSecond, id),
		Hint:   "send changes of one second together in one update, or spread them over named shadows"}
}

// tooOften refuses a request that comes too soon.
func (s *Shadows) tooOften(r *Request) *Refusal {
	switch {
	case r.Busy:
		return tooMany()
	case !s.throttle.take(r.ID, s.now()):
		return tooFast(r.ID)
	}
	return nil
}

// MostInFlight is how many requests of one connection for one thing may be on their way
// [S-77].
const MostInFlight = 10

func failure(detail, hint string, rules ...string) *Refusal {
	return &Refusal{Code: 500, Message: "Internal service failure", Detail: detail, Hint: hint, Rules: rules}
}

// brief names a value in a few words.
func (n *node) brief() string {
	const most = 40
	switch {
	case n.is(object):
		return "an object"
	case n.is(array):
		return "an array"
	case len(n.text) > most:
		return strings.ToValidUTF8(n.text[:most], "") + "…"
	}
	return n.text
}
