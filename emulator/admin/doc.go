// Package admin is the admin API, on the http listener: health, reset, clock, trace, clients,
// export, rules, metrics and the accounts.
//
//	http.Handle("/_suback/", admin.New(admin.Options{…}))
//
// It decides nothing about accounts, and lets anybody ask: who may is the emulator's door.
package admin
