package emulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/suback/suback/emulator/registry"
)

// registry.json
//
//   - one line of JSON, and a last line "sha256 <hex>" of the line before it; a
//     file of an older version ends without
//   - one that is damaged is refused and left as it is: who moves it away starts
//     with what the configuration says

// storeFile has the lock that keeps two emulators from one directory. It has the name
// that it had when there were only sessions in it, so that an older program waits for
// the same lock, and refuses what it does not know.
const storeFile = "sessions.db"

// stateFormat is changed by whoever changes the form of the file, so that an
// older one is refused and not misread.
const stateFormat = "suback registry 1"

// A stateFile is the content of registry.json.
type stateFile struct {
	Format  string         `json:"format"`
	Region  string         `json:"region"`
	Account string         `json:"account"`
	Base    registry.State `json:"base"` // what suback.yaml said
	Live    registry.State `json:"live"`
}

func (s stateFile) encode() ([]byte, error) {
	text, err := json.Marshal(s)
	return fmt.Appendf(text, "%s%x\n", sumLine, sha256.Sum256(text)), err
}

// sumLine begins the last line. JSON of one line has none like it.
const sumLine = "\nsha256 "

var errSum = errors.New("it is not as its last line says")

// checkSum returns the JSON of a file.
func checkSum(text []byte) ([]byte, error) {
	content, sum, found := bytes.Cut(text, []byte(sumLine))
	if found && string(sum) != fmt.Sprintf("%x\n", sha256.Sum256(content)) {
		return nil, errSum
	}
	return content, nil
}

const moveAway = "move it away to start with what the configuration says"

// readState returns nil if there is no file, and its whole text if there is one.
func readState(file string, initial *registry.Registry) (*stateFile, []byte, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err // it names the file
	}
	s := new(stateFile)
	content, err := checkSum(text)
	if err == nil {
		err = json.Unmarshal(content, s)
	}
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%s: the file is broken (%w); %s", file, err, moveAway)
	case s.Format != stateFormat:
		return nil, nil, fmt.Errorf("%s: not of this version's format; %s", file, moveAway)
	case s.Region != initial.Region() || s.Account != initial.Account():
		return nil, nil, fmt.Errorf(
			"%s: it is of account %s in %s, want %s in %s as configured, or another folder for this account",
			file, s.Account, s.Region, initial.Account(), initial.Region())
	}
	return s, text, nil
}
