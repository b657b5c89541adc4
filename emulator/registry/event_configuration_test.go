package registry

import "testing"

func TestEventConfigurations(t *testing.T) {
	r := newRegistry(t, Options{})
	before := r.EventConfigurations()
	if len(before.Enabled) != 11 || before.CreationDate.IsZero() {
		t.Errorf("got %+v, want eleven types and a date (A-343)", before)
	}
	expect(t, "odd", r.UpdateEventConfigurations(map[string]bool{"SHADOW": true}), InvalidRequest, `is "SHADOW"`, "model")
	expect(t, "on", r.UpdateEventConfigurations(map[string]bool{"THING": true, "POLICY": true}), "", "", "A-343")
	expect(t, "off", r.UpdateEventConfigurations(map[string]bool{"POLICY": false}), "", "", "A-343")
	got := r.EventConfigurations()
	for name, on := range got.Enabled {
		if on != (name == "THING") {
			t.Errorf("%s: got %v, want THING alone (A-343)", name, on)
		}
	}
	if !got.LastModifiedDate.After(before.LastModifiedDate) || got.CreationDate != before.CreationDate {
		t.Errorf("got %v, %v, want a later modification (API:DescribeEventConfigurations)", got.CreationDate, got.LastModifiedDate)
	}
	if before.Enabled["THING"] {
		t.Error("got a copy that changes, want one that stays (design)")
	}
}
