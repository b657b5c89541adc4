package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/faults"
)

// Faults on request
//
//	GET    /_suback/faults        those that may still strike, the oldest first
//	POST   /_suback/faults        a [faults.Fault], or several in an array: taken all, or none
//	DELETE /_suback/faults/{id}   takes one back
//	DELETE /_suback/faults        takes all back

const mostFaultBytes = 1 << 20

func listFaults(a *account.Account, w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, a.Faults().All())
}

func takeFaults(a *account.Account, w http.ResponseWriter, r *http.Request) {
	asked, one, err := readFaults(http.MaxBytesReader(w, r.Body, mostFaultBytes))
	if err != nil {
		account.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	for i := range asked {
		if err := asked[i].Check(); err != nil {
			account.Refuse(w, http.StatusBadRequest, numbered(err, i, one).Error())
			return
		}
	}
	taken := make([]faults.Fault, 0, len(asked))
	for i, f := range asked {
		got, err := a.AddFault(f)
		if err != nil {
			for _, f := range taken {
				a.Faults().Remove(f.ID)
			}
			account.Refuse(w, http.StatusBadRequest, numbered(err, i, one).Error())
			return
		}
		taken = append(taken, got)
	}
	if one {
		writeJSON(w, taken[0])
		return
	}
	writeJSON(w, taken)
}

// numbered says which of several faults an error is about.
func numbered(err error, i int, one bool) error {
	if one {
		return err
	}
	return fmt.Errorf("fault %d of those asked for: %w", i+1, err)
}

// readFaults reads one fault, or an array of them.
func readFaults(r io.Reader) (all []faults.Fault, one bool, err error) {
	const example = `{"on": "puback", "do": "drop", "client": "pump-7", "times": 2}, or several in an array`
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, false, fmt.Errorf("the body: %w, want at most %d bytes", err, mostFaultBytes)
	}
	if one = !bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")); one {
		body = slices.Concat([]byte("["), body, []byte("]"))
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	switch err = d.Decode(&all); {
	case err == nil && d.More():
		err = errors.New("there is something behind the JSON value")
	case err == nil && len(all) == 0:
		err = errors.New("there is no fault")
	}
	if err != nil {
		return nil, false, fmt.Errorf("%w, want %s", err, example)
	}
	return all, one && len(all) == 1, nil
}

func removeFault(a *account.Account, w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || !a.Faults().Remove(id) {
		account.Refuse(w, http.StatusNotFound, fmt.Sprintf("there is no fault %s that may still strike",
			account.Shortened(r.PathValue("id"))))
		return
	}
	listFaults(a, w, r)
}

func clearFaults(a *account.Account, w http.ResponseWriter, r *http.Request) {
	a.Faults().Clear()
	listFaults(a, w, r)
}
