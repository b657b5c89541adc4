// Package account is one AWS account in one region: what exists in it, its broker and
// sessions, its functions, and who answers its requests, wired together; and how it is
// reloaded, reset and ended.
//
//	a, err := account.Open(account.Options{Shared: shared, Config: c})
//	a.Route(w, r)
//	err = account.CloseInTurn(a.Closings(closeListeners))
//
// It knows of no other account and has no listener: whose a connection or a request is, and
// who may come by which name, is the emulator's.
package account
