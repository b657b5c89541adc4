// Package endorse is a stand-in for SORACOM Endorse and what is spoken to around
// it: the service that vouches for a SIM, the store of its public keys,
// SORACOM's API, and the HTTP API in front of the function that turns such a
// token into a signed address of the device gateway.
//
// It issues no AWS credentials and signs no address: that is the function's
// work, with STS. It knows no cellular network either: which SIM a request comes
// from says the configuration.
//
//	s, err := endorse.New(endorse.Options{
//		Config: endorse.Config{
//			OperatorID:     "OP0012345678",
//			Subscribers:    []endorse.Subscriber{{IMSI: "440103000000001"}},
//			SoracomEndorse: endorse.Group{Enabled: true, ParametersToEndorse: endorse.Parameters{IMSI: true}},
//		},
//		Invoke: invoke, Trace: recorder,
//	})
//	...
//	for _, host := range s.Hosts() { … } // certificates and routing
//	s.ServeHTTP(w, r)                    // by the host of r
//
// # The hosts
//
//	endorse.soracom.io                 tokens, redirects           endorse.go
//	s3-ap-northeast-1.amazonaws.com    the public keys             keystore.go
//	api.soracom.io, g.api.soracom.io   POST /v1/auth               auth.go
//	                                   GET /v1/subscribers         subscribers.go
//	those of Config.APIs               GET: a function's answer    gateway.go
//
// # What goes wrong
//
// A client reads what SORACOM, S3 or API Gateway would say. Why, and what to
// change, is in the trace, as operation Soracom; no token, key or password is.
// So is what only a browser notices: an answer that it hides from its page
//
//
// Rules carry the number they have in docs/behaviour; "guess" marks our doubts.
package endorse
