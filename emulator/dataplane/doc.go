// Package dataplane answers the HTTPS requests of devices and applications:
// publishing, retained messages, connections, direct messages.
//
// It finds the operation, authenticates the caller, asks its policy, and records
// what came of it. What an operation does to clients and sessions is in package
// hooks. It is not the control plane, where certificates and policies are made.
//
//	h := dataplane.New(dataplane.Options{
//		Authenticate: …, Caches: …, Hook: hook, Sessions: sessions, Trace: records,
//	})
//	transport.New(transport.Options{Handler: h, …})
//
// # The rules
//
//   - bodies over 128 KB are refused before anybody is asked who sends them [B-808,
//     guess]; all of it is signed
//   - errors are {"message", "traceId"} with x-amzn-ErrorType; traceId is the
//     request's, as in x-amzn-RequestId and in CloudWatch's log [A-163, A-164, B-803]
//   - whose authorizer let them in may publish and send direct messages; all else is
//     for callers with a signature or a certificate: 403 [A-150, B-810a, B-810b,
//     B-810c guess]
//   - refused by authorizer or policy: 403 Forbidden [A-160, A-165, B-806]
//   - a name in a path is percent-encoded; "/" may stand as it is [A-169, B-801], in a
//     client id as long as the path is no other operation's [B-816, guess]
//   - a path that nobody knows is 403, a method 405 [A-38, A-46 guess, A-171, B-807]
package dataplane
