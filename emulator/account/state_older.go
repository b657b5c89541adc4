package account

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// registry.json, of older versions, which is taken over
//
//   - one line of JSON, and a last line "sha256 <hex>" of the line before it; a
//     file of a still older version ends without
//   - one that is damaged is refused and left as it is: who moves it away starts
//     with what the configuration says
//   - it is removed when the store has what it said; one that comes later is not
//     known to be newer or older, and refused

const (
	olderFile   = "registry.json"
	olderFormat = "suback registry 1"
)

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

// readOlder returns nil if there is no file.
func readOlder(file string) (*stateFile, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err // it names the file
	}
	s := &stateFile{file: file, sum: sumOf(text)}
	content, err := checkSum(text)
	if err == nil {
		err = json.Unmarshal(content, s)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: the file is broken (%w); %s", file, err, moveAway)
	case s.Format != olderFormat:
		return nil, fmt.Errorf("%s: not of this version's format; %s", file, moveAway)
	}
	return s, nil
}

// forgetOlder removes a file that is in the store: a crash has kept it. Any other is
// refused.
func forgetOlder(file, taken, into string) error {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err // it names the file
	case sumOf(text) == taken:
		return os.Remove(file)
	}
	return fmt.Errorf("%s: what the API changed is in %s now; move this file away, or that one to start with "+
		"this",
		file, into)
}

// sumOf tells one content of a file from another.
func sumOf(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }
