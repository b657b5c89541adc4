package control

import (
	"encoding/json"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	got, err := json.Marshal(date{time.UnixMilli(1700000000125)})
	if err != nil || string(got) != "1700000000.125" {
		t.Errorf("date: got %s, %v, want 1700000000.125 (A-327)", got, err)
	}
}
