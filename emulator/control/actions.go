package control

import (
	"encoding/json"
	"maps"
	"slices"
)

// Actions are the names of the operations of AWS IoT's API, sorted: what an IAM policy
// has behind "iot:" for who calls them.
func Actions() []string {
	var m struct{ Operations map[string]json.RawMessage }
	if err := json.Unmarshal(modelText("iot"), &m); err != nil {
		panic(err) // an embedded model that is broken, which TestOperationsAndModelAgree would show
	}
	return slices.Sorted(maps.Keys(m.Operations))
}
