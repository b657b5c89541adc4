// Package near finds the name that somebody has meant.
//
// It compares names alone: what they name, and how to say that another was meant,
// is the caller's to know. Resources and topics, in which a place tells more than a
// distance, are not its subject.
//
//	near.Name("defaultAuthorizerNam", keys) // "defaultAuthorizerName"
//	near.Edits("dev7", "dev-7")             // 1
package near
