// Package guest is what a run of scenarios makes in somebody's AWS account, and takes away
// again: certificates, policies, things, and what devices leave behind there.
//
// It knows no scenarios, and makes nothing that costs by itself: no function, no role, no rule.
//
//	a, err := guest.Open(ctx, guest.Options{})      // AWS's own, or what AWS_ENDPOINT_URL names
//	fmt.Println(a)                                  // before anything is made there
//	cert, err := a.Certificate(ctx, "1", documents, nil)
//	left := a.Close(ctx)                            // all of it goes
//
// Rules, in order:
//
//   - a name of the run's own begins every name, see [Account.Run]; what has not been made here
//     is neither changed nor removed (made.go)
//   - it is noted before it is made, so that an answer that gets lost leaves nothing (made.go)
//   - an active certificate of ours always has a policy of ours, so that what a killed run left
//     is found again by the policies alone (certificate.go, cleanup.go)
//   - what the control plane refuses for the moment, a rate or an attachment that has not gone
//     yet, is asked again for half a minute (call.go)
package guest
