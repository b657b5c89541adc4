package account

import (
	"net/http"
	"net/netip"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/tap"
	"github.com/suback/suback/emulator/trace"
)

// Packets are who reads what goes over clients' connections.
func (a *Account) Packets() *tap.Set { return a.tap }

// everything is the policy of whoever may use the admin API.
const everything = `{"Version": "2012-10-17",
	"Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`

// Publish publishes a message as an HTTPS publish does; no policy is asked: it is for whoever
// may use the admin API. The error is one of [hooks.Hook.Submit].
func (a *Account) Publish(m *session.Message, why egress.Cause) error {
	document, err := policy.Parse("the admin API", []byte(everything))
	if err != nil {
		return err
	}
	may := policy.Compile([]*policy.Document{document}, policy.Context{Partition: a.registry.Partition(),
		Region: a.registry.Region(), Account: a.registry.Account()})
	return a.hook.Submit(may, m, trace.Event{TraceID: uuid.NewString(), Protocol: "HTTP", Listener: "http"}, why)
}

// CauseOf is what a request follows from: a rule may have sent it.
func (a *Account) CauseOf(r *http.Request) egress.Cause {
	remote, _ := netip.ParseAddrPort(r.RemoteAddr)
	return a.Own.Of(remote, r.UserAgent())
}
