package account

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
)

// An account that ends lets nobody enter, ends what goes on, and waits for it.
func TestVisits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &Account{visits: newVisits()}
		ask := func(answer http.HandlerFunc) int {
			w := httptest.NewRecorder()
			a.Hold(w, httptest.NewRequestWithContext(t.Context(), "GET", "/_suback/trace?follow=1", nil), answer)
			return w.Code
		}
		followed, left := make(chan int, 1), false
		go func() {
			followed <- ask(func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done() // as who follows the trace
				w.WriteHeader(http.StatusAccepted)
				left = true
			})
		}()
		synctest.Wait()
		a.visits.disconnect(nil, func() { t.Error("who never entered has left") })
		if a.visits.end(); !left {
			t.Error("the account has ended before who was there has left")
		}
		if code := <-followed; code != http.StatusAccepted {
			t.Errorf("got %d, want the answer of who was there", code)
		}
		code := ask(func(http.ResponseWriter, *http.Request) { t.Error("got in after the end") })
		if code != http.StatusServiceUnavailable || a.visits.enter(nil) {
			t.Errorf("got %d after the end, want 503", code)
		}
	})
}
