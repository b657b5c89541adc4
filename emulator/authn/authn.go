package authn

import (
	"context"
	"slices"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// A Request is what a connection shows at CONNECT, or an HTTP request at once.
type Request struct {
	Facts *transport.Facts

	// ConnectionID is a UUID, the same whenever this connection asks again
	//
	ConnectionID string

	Refresh  bool    // a connection asks again; nothing else differs from its CONNECT [A-144, guess]
	ClientID string  // "" if the client sent none
	Username *string // nil without the user name flag
	Password []byte  // nil without the password flag
	Body     []byte  // all of an HTTP request's body, which its signature covers

	principal string // the id of a certificate that was accepted; an authorizer is asked about it too
}

// A Grant is what a connection gets when its authentication succeeds: a name,
// and the documents that bound what it may do.
type Grant struct {
	// PrincipalID is what AWS's events call principalIdentifier: the
	// certificate's id, the IAM principal as "AROA…:session", or the authorizer's
	// principalId, 1 to 128 letters and digits.
	PrincipalID string

	AuthenticationType string // AWS_X509, AWS_SIGV4, CUSTOM_AUTH or CUSTOM_AUTH_X509

	// Documents apply together; an authorizer gives at most
	// policy.MaxDocuments. None allow nothing.
	Documents []*policy.Document

	// Bounds must each allow as well: a session policy beside its role's, the
	// IoT policies of a Cognito identity beside its IAM policies.
	Bounds [][]*policy.Document

	// Values are the policy variables and condition keys of this principal, its
	// certificate and its thing; those of every connection are not in it.
	Values policy.Values

	ThingName string // of the thing that this connection is, "" if it is none
	Exclusive bool   // whether the principal is attached to no other thing: then events name it [B-823]

	// RefreshAfter and DisconnectAfter are whole seconds, 300 to 86400, or 0 for
	// never. A refresh does not move the end of the connection.
	RefreshAfter, DisconnectAfter time.Duration

	Authorizer string // the name of the authorizer that granted this, "" if none was asked

	// UserProperties are added to what the connection publishes, and LeftOut says
	// what is not, though the type of its thing names it [B-696, B-697].
	UserProperties []UserProperty
	LeftOut        []Note

	// Notes say what went well here and may not on AWS, or not as meant.
	Notes []Note

	custom     []*policy.Document // what the function of CUSTOM_AUTH_X509 gave, for Review
	noThing    string             // why the connection is no thing, for Hint
	idleGroups bool               // the policies of thing groups do not count, since it is no thing
}

// A Note is a sentence and the number of the rule that it follows from.
type Note struct{ Text, Rule string }

// Remarks are the notes, and what its documents have that they hardly mean.
func (g *Grant) Remarks() []Note {
	notes := slices.Clone(g.Notes)
	for _, d := range g.Documents {
		for _, w := range d.Warnings() {
			notes = append(notes, Note{d.Name + " " + w.Text, w.Rule})
		}
	}
	return notes
}

// An Authenticator authenticates. It keeps no state of its own but for what
// connections share of answers; all methods are safe for concurrent use if Invoke is.
type Authenticator struct {
	Registry *registry.Registry

	// Invoke calls the function of this ARN, which the Registry has. It must
	// return soon after ctx ends. An error of the function itself is a
	// *lambda.FunctionError.
	Invoke func(ctx context.Context, functionARN string, event []byte) ([]byte, error)

	// Setting is what may change meanwhile. It may be called concurrently. Nil: the
	// zero value.
	Setting func() Setting

	// Announce publishes a message of AWS IoT's own: a certificate was registered
	// by its first CONNECT. It is called within Authenticate. Nil: nobody
	// is told.
	Announce func(topic string, payload []byte)

	answers answers
}

// A Setting is what an account's configuration says of authentication beside the
// Registry.
type Setting struct {
	// Endpoints are the host names of the account's endpoints, lower case: a
	// request may be signed for them whatever its Host says.
	Endpoints []string

	// Strangers says whether a request that is signed with long-term keys which the
	// Registry does not have may do everything. It may be called
	// concurrently. Nil: none may.
	Strangers func(*transport.Facts) bool
}

// Invoking is an Authenticator like a that calls functions in another way.
func (a *Authenticator) Invoking(
	invoke func(ctx context.Context, functionARN string, event []byte) ([]byte, error),
) *Authenticator {
	return &Authenticator{Registry: a.Registry, Setting: a.Setting, Announce: a.Announce, Invoke: invoke}
}

func (a *Authenticator) setting() Setting {
	if a.Setting == nil {
		return Setting{}
	}
	return a.Setting()
}

// Authenticate returns what the client of r is granted. The error is an *Error.
func (a *Authenticator) Authenticate(ctx context.Context, r Request) (*Grant, error) {
	domain, err := a.domain(r.Facts)
	if err != nil {
		return nil, typed(err, authenticationType(r.Facts, domain))
	}
	var grant *Grant
	kind := authenticationType(r.Facts, domain)
	switch kind {
	case X509:
		grant, err = a.certificate(ctx, r, domain)
	case CustomX509:
		grant, err = a.certificateAndCustom(ctx, r, domain)
	case SigV4:
		grant, err = a.signed(r)
	default:
		if err = a.strayAuthorization(r, domain); err == nil {
			grant, err = a.custom(ctx, r, domain)
		}
	}
	if err != nil {
		return nil, typed(err, kind)
	}
	grant.AuthenticationType = kind
	a.propagate(grant, r, kind)
	return grant, nil
}

// Review returns what a connection may do now, after the registry has changed:
// another policy is attached, a certificate is inactive. It calls no function:
// what an authorizer granted stays until its refresh [A-151, guess]. The error
// is an *Error, and ends the connection.
func (a *Authenticator) Review(r Request, old *Grant) (*Grant, error) {
	grant, err := old, error(nil)
	switch old.AuthenticationType {
	case X509, CustomX509:
		grant, err = a.reviewCertificate(r, old)
	case SigV4:
		grant, err = a.reviewSigned(r, old)
	}
	if err != nil {
		return nil, typed(err, old.AuthenticationType)
	}
	if grant != old { // which others read
		grant.AuthenticationType = old.AuthenticationType
	}
	return grant, nil
}
