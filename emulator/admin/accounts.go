package admin

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/suback/suback/emulator/account"
)

// The accounts, by the admin API
//
//	GET    /_suback/accounts         all of them
//	POST   /_suback/accounts         {"name","from","accountId"} makes one, see AddAccount
//	GET    /_suback/accounts/<name>  one
//	DELETE /_suback/accounts/<name>  ends one that POST made
//	…      /_suback/accounts/<name>/…  any other path, as of that account

func (e api) accountPaths(mux *http.ServeMux) {
	mux.HandleFunc("GET /_suback/accounts", e.listAccounts)
	mux.HandleFunc("POST /_suback/accounts", e.createAccount)
	mux.HandleFunc("GET /_suback/accounts/{name}", e.showAccount)
	mux.HandleFunc("DELETE /_suback/accounts/{name}", e.deleteAccount)
}

// What Options.Create and Remove may say.
var (
	ErrExists = errors.New("there is an account of that name already")
	ErrNone   = errors.New("there is none of that name")
)

// accountsPath begins the paths that name an account.
const accountsPath = "/_suback/accounts/"

// accountInfo is what the API tells of an account.
type accountInfo struct {
	Name            string `json:"name"` // "" for that of the file itself
	AccountID       string `json:"accountId"`
	Region          string `json:"region"`
	EndpointAddress string `json:"endpointAddress"` // of the data plane
	// a name by which it is reached on this machine
	Host string `json:"host"`
	// begins the path of a URL that reaches it by any name
	Path        string `json:"path,omitempty"`
	AccessKeyID string `json:"accessKeyId,omitempty"` // of keys that reach it
	// told when the account is made, never again
	SecretAccessKey string            `json:"secretAccessKey,omitempty"`
	Listeners       map[string]string `json:"listeners"` // addresses, by name
}

func (e api) info(a *account.Account) accountInfo {
	info := accountInfo{Name: a.Name(), AccountID: a.ID(), Region: a.Registry().Region(),
		EndpointAddress: a.Endpoint(),
		Host:            a.ClientTLS().ServerName, Listeners: map[string]string{}}
	info.AccessKeyID = a.Key().AccessKeyID
	if a.Name() != "" {
		info.Path = accountsPath + a.Name()
	}
	for _, name := range []string{"mqtt", "mqtts", "https", "http"} {
		if addr := e.Addr(a.Name(), name); addr != "" {
			info.Listeners[name] = addr
		}
	}
	return info
}

func (e api) listAccounts(w http.ResponseWriter, _ *http.Request) {
	all := []accountInfo{}
	for _, a := range e.All() {
		all = append(all, e.info(a))
	}
	writeJSON(w, all)
}

func (e api) showAccount(w http.ResponseWriter, r *http.Request) {
	a := e.Find(r.PathValue("name"))
	if a == nil {
		account.Refuse(w, http.StatusNotFound, "there is no account of that name, want one of "+e.Names())
		return
	}
	writeJSON(w, e.info(a))
}

func (e api) createAccount(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name, From, AccountID string }
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		account.Refuse(w, http.StatusBadRequest,
			`want {"name": "t1", "from": "", "accountId": ""}, each of them may be left out: `+err.Error())
		return
	}
	a, err := e.Create(in.Name, in.From, in.AccountID)
	switch {
	case errors.Is(err, ErrExists):
		account.Refuse(w, http.StatusConflict, err.Error())
	case err != nil:
		account.Refuse(w, http.StatusBadRequest, err.Error())
	default:
		info := e.info(a)
		info.SecretAccessKey = a.Key().SecretAccessKey
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		writeJSON(w, info)
	}
}

func (e api) deleteAccount(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	switch err := e.Remove(name); {
	case e.Find(name) != nil:
		account.Refuse(w, http.StatusConflict, err.Error())
	case errors.Is(err, ErrNone):
		account.Refuse(w, http.StatusNotFound, err.Error())
	case err != nil:
		account.Refuse(w, http.StatusInternalServerError, err.Error())
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}
