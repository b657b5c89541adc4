package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/services/shadow"
)

// Shadow returns the document of a device shadow as a get answers it: state with desired,
// reported and delta, metadata, version and timestamp (DG:device-shadow-document). The
// classic shadow has the name "". Nil if there is no such shadow.
func (a *Account) Shadow(thing, name string) []byte {
	document, _ := a.of.Shadows().Document(shadow.ID{Thing: thing, Name: name})
	return document
}

// reportedTime is how long RequireReported waits for a device that is about to report.
const reportedTime = 5 * time.Second

// RequireReported fails the test unless a device has reported, or does within 5 seconds,
// all that want says: JSON such as {"on":true}, whose members the reported section must
// have, with these values; it may have others. Arrays are compared as a whole. The
// classic shadow has the name "".
func (a *Account) RequireReported(t testing.TB, thing, name, want string) {
	t.Helper()
	wanted, err := decoded([]byte(want))
	if err != nil {
		t.Fatalf("RequireReported of %q: %v, want JSON such as {\"on\":true}", want, err)
	}
	id := shadow.ID{Thing: thing, Name: name}
	missing := ""
	for end := time.Now().Add(reportedTime); ; time.Sleep(5 * time.Millisecond) {
		missing = a.unreported(id, wanted)
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			break
		}
	}
	t.Fatalf("shadow %s: %s%s", id, missing, a.told("", policy.Publish, id.Topic(shadow.Update)))
}

// unreported says what a shadow lacks, "" for nothing.
func (a *Account) unreported(id shadow.ID, want any) string {
	state, ok := a.of.Shadows().State(id)
	if !ok {
		return "there is none: nobody has published to " + id.Topic(shadow.Update)
	}
	have, err := decoded(state)
	if err != nil {
		return err.Error()
	}
	sections, _ := have.(map[string]any)
	return lacks("reported", sections["reported"], want)
}

// lacks says where have is not what want says, "" for nowhere.
func lacks(path string, have, want any) string {
	wanted, isObject := want.(map[string]any)
	object, ok := have.(map[string]any)
	if isObject && ok {
		for name, value := range wanted {
			inner, there := object[name]
			if !there {
				return fmt.Sprintf("%s has no %q, want %s", path, name, encoded(value))
			}
			if what := lacks(path+"."+name, inner, value); what != "" {
				return what
			}
		}
		return ""
	}
	if got, want := encoded(have), encoded(want); got != want {
		return fmt.Sprintf("%s is %s, want %s", path, got, want)
	}
	return ""
}

// decoded reads JSON, numbers as they are written.
func decoded(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func encoded(v any) string {
	text, _ := json.Marshal(v) // of what was decoded
	return string(text)
}
