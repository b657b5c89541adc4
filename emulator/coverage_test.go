package emulator_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator"
)

// GET /_suback/coverage counts the rules as docs/behaviour does.
func TestCoverage(t *testing.T) {
	e := emulator.Run(t, emulator.Options{})
	resp, err := http.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/coverage")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got behaviour.Report
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %s, %v", resp.Status, err)
	}
	if want := emulator.Coverage(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !slices.Contains(got.Operations.Implemented, "CreateThing") || !slices.Contains(got.Operations.NotImplemented, "CreateJob") {
		t.Errorf("got %+v, want CreateThing implemented, and CreateJob not", got.Operations)
	}
}
