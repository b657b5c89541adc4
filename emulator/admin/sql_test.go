package admin

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSQLTurn: one statement is tried at a time, and nobody waits for long.
func TestSQLTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := api{turn: make(chan struct{}, 1)}
		e.turn <- struct{}{}
		began := time.Now()
		w := httptest.NewRecorder()
		e.trySQL(nil, w, httptest.NewRequest("POST", "/_suback/sql", strings.NewReader(`{"statement": "SELECT *"}`)))
		if took := time.Since(began); w.Code != 503 || took != sqlPatience {
			t.Errorf("got %d after %v, want 503 after %v", w.Code, took, sqlPatience)
		}
		if len(e.turn) != 1 {
			t.Error("got a turn that nobody had given back, want none")
		}
	})
}
