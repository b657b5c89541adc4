package emulator

import (
	"io"
	"net/http"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/admin"
	"github.com/suback/suback/emulator/console"
)

// handler answers the HTTP requests that come by a listener of an account and are no
// WebSocket.
func (e *Emulator) handler(own *Account, listener string) http.Handler {
	route := e.held(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.accountOf(r).of.Route(w, r)
	}))
	if listener != HTTP {
		return e.visiting(own, e.withBody(route))
	}
	api := e.admin()
	return e.visiting(own, e.withBody(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if console.Asked(r) && !e.accountOf(r).of.Serves(r) {
			api.ServeHTTP(w, r) // unguarded: a link of another page may lead here
			return
		}
		if !account.IsAdmin(r) { // the mux would tidy up topics like a//b
			route.ServeHTTP(w, r)
			return
		}
		e.accountOf(r).of.Guard(api).ServeHTTP(w, r)
	})))
}

// withBody has a handler get requests whose body is there.
func (e *Emulator) withBody(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.accountOf(r).of.ReadBody(w, r) {
			h.ServeHTTP(w, r)
		}
	})
}

// admin is the admin API.
func (e *Emulator) admin() http.Handler {
	return admin.New(admin.Options{
		CA: e.shared.CA, Names: e.names, Remove: e.RemoveAccount, Export: e.exportTo,
		Of:   func(r *http.Request) *account.Account { return e.accountOf(r).of },
		Find: func(name string) *account.Account { return inside(e.Account(name)) },
		All: func() (all []*account.Account) {
			for _, a := range e.Accounts() {
				all = append(all, a.of)
			}
			return all
		},
		Addr: func(name, listener string) string {
			if a := e.Account(name); a != nil {
				return a.Addr(listener)
			}
			return "" // it has just ended
		},
		Create: func(name, from, id string) (*account.Account, error) {
			a, err := e.AddAccount(AccountOptions{Name: name, From: from, ID: id})
			return inside(a), err
		},
	})
}

// inside is what an account has inside, nil of none.
func inside(a *Account) *account.Account {
	if a == nil {
		return nil
	}
	return a.of
}

// exportTo is Export for the admin API.
func (e *Emulator) exportTo(a *account.Account, w io.Writer, format string, secrets bool) error {
	o := ExportOptions{Format: format, Secrets: secrets}
	if a == e.of {
		return e.Export(w, o)
	}
	return export(a, w, o)
}

// Coverage says how well the rules that this program follows are founded, and
// which operations of AWS IoT's API it has.
func Coverage() behaviour.Report { return admin.Coverage() }
