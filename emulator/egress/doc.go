// Package egress says to whom the gateway connects on behalf of those who use its APIs: to
// this machine, and to hosts that its user opened by name. Nothing else is ever dialled.
//
//	d, err := egress.New([]string{"api.example.com", "*.corp.test"})
//	err = d.Check("10.0.0.5")                  // a *Closed: nobody opened it
//	c, err := d.Dial(ctx, "tcp", "localhost:8080") // an http.Transport's DialContext
//
// Keys sign what goes there: with the credentials of the gateway's environment only for hosts
// that its user opened by name, for all others with test and test.
//
// It is no proxy and no client, and it knows nothing of what is sent. What a user
// configures for the gateway itself, as a function's endpoint, does not go this way.
//
// The rules, in order:
//
//   - a host that was opened by name is dialled at any address but those where machines in
//     clouds have their credentials, other link-local ones, multicast and the unspecified address
//   - a host that a configuration names in passing is open if it is near: this machine, a
//     private address, or a name without dots, as compose services have; and is dialled at
//     such addresses alone
//   - localhost, names below it and loopback addresses are open, at loopback addresses
//   - a name is looked up once for each connection, and what is dialled is an address that
//     was judged: a name whose address changes meanwhile gains nothing
package egress
