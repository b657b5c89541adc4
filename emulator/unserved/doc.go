// Package unserved answers calls for AWS services that are not here, so that
// their clients print which call it was, and not that a permission is missing.
//
// It decides nothing about services that are here: ask it last.
//
//	h := unserved.Handler{Trace: recorder}
//	if call, ok := unserved.Find(r); ok {
//		h.Answer(w, r, call)
//	}
//
//	aws iam list-users
//	An error occurred (NotImplemented) when calling the ListUsers operation: iam
//	ListUsers is not here: …
//
// # Files
//
// find.go reads which call it is, answer.go writes the answer in the protocol of
// its service.
//
// # Rules
//
// A-370 of docs/behaviour.
package unserved
