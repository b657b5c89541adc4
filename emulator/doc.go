// Package emulator is AWS IoT Core's device gateway in your process: a broker
// that asks your authorizer and enforces the policy it returns.
//
// In a test:
//
//	func TestPump(t *testing.T) {
//		e := emulator.Run(t, emulator.Options{Authorizer: myAuthorizer})
//		client := dial(t, e.Addr(emulator.HTTPS), e.ClientTLS())
//		…
//	}                                  // a failing test prints e.Trace()
//
// It is not for production, and not all of AWS IoT: see the README for what is
// emulated and what is not.
//
// What is in an account is assembled in package account; the packages below it do
// not know each other beyond what docs/design.md draws.
package emulator
