package emulator

import (
	"encoding/json"
	"errors"
	"net/http"
)

// The accounts, by the admin API
//
//	GET    /_suback/accounts         all of them
//	POST   /_suback/accounts         {"name","from","accountId"} makes one, see AddAccount
//	GET    /_suback/accounts/<name>  one
//	DELETE /_suback/accounts/<name>  ends one that POST made
//	…      /_suback/accounts/<name>/…  any other path, as of that account

func (e *Emulator) accountPaths(mux *http.ServeMux) {
	mux.HandleFunc("GET /_suback/accounts", e.listAccounts)
	mux.HandleFunc("POST /_suback/accounts", e.createAccount)
	mux.HandleFunc("GET /_suback/accounts/{name}", e.showAccount)
	mux.HandleFunc("DELETE /_suback/accounts/{name}", e.deleteAccount)
}

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

func (a *Account) info() accountInfo {
	info := accountInfo{Name: a.name, AccountID: a.ID(), Region: a.registry.Region(),
		EndpointAddress: a.Endpoint(),
		Host:            a.ClientTLS().ServerName, Listeners: map[string]string{}}
	if a.options.copied != nil {
		info.AccessKeyID = a.options.copied.key.AccessKeyID
	}
	if a.name != "" {
		info.Path = accountsPath + a.name
	}
	for _, name := range listenerNames {
		if addr := a.Addr(name); addr != "" {
			info.Listeners[name] = addr
		}
	}
	return info
}

func (e *Emulator) listAccounts(w http.ResponseWriter, _ *http.Request) {
	all := []accountInfo{}
	for _, a := range e.Accounts() {
		all = append(all, a.info())
	}
	writeJSON(w, all)
}

func (e *Emulator) showAccount(w http.ResponseWriter, r *http.Request) {
	a := e.Account(r.PathValue("name"))
	if a == nil {
		refuse(w, http.StatusNotFound, "there is no account of that name, want one of "+e.names())
		return
	}
	writeJSON(w, a.info())
}

func (e *Emulator) createAccount(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name, From, AccountID string }
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest,
			`want {"name": "t1", "from": "", "accountId": ""}, each of them may be left out: `+err.Error())
		return
	}
	a, err := e.AddAccount(AccountOptions{Name: in.Name, From: in.From, ID: in.AccountID})
	switch {
	case errors.Is(err, ErrAccountExists):
		refuse(w, http.StatusConflict, err.Error())
	case err != nil:
		refuse(w, http.StatusBadRequest, err.Error())
	default:
		info := a.info()
		info.SecretAccessKey = a.options.copied.key.SecretAccessKey
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		writeJSON(w, info)
	}
}

func (e *Emulator) deleteAccount(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	switch err := e.RemoveAccount(name); {
	case e.Account(name) != nil:
		refuse(w, http.StatusConflict, err.Error())
	case errors.Is(err, errNoAccount):
		refuse(w, http.StatusNotFound, err.Error())
	case err != nil:
		refuse(w, http.StatusInternalServerError, err.Error())
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}
