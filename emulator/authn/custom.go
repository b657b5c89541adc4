package authn

import (
	"cmp"
	"context"
	"fmt"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// Custom authorizers: which one, and the way through this package
//
//   - the domain configuration is found by SNI, else by the Host header;
//     any other name, an address, or none means the account's default endpoint
//     [A-31, guess], but for the endpoint of another region
//   - the authorizer is the one the request names, else the domain's default,
//     else the account's; without a right to override, what the request
//     names counts for nothing
//   - an authorizer that is unknown or INACTIVE refuses; nothing takes its
//     place

// custom authenticates by custom authorizer.
func (a *Authenticator) custom(
	ctx context.Context, r Request, domain registry.DomainConfiguration,
) (*Grant, error) {
	params, err := readParameters(r)
	if err != nil {
		return nil, err
	}
	named := params.get(nameParameter)
	if named == "" && !isEncodedOnceMore(r.Facts.HTTP) {
		if slip := lookoutForName(a.Registry).hint(r); slip != "" {
			params.notes = append(params.notes, Note{slip, "D-7"})
		}
	}
	auth, notes, err := a.authorizer(r, domain, named)
	if err != nil {
		return nil, err.(*Error).alsoNotes(params.notes).orTry(a.hintNothingNamed(r))
	}
	grant, err := a.ask(ctx, auth, r, params)
	if err != nil {
		e := err.(*Error)
		e.Authorizer = auth.AuthorizerName
		if auth.SigningDisabled && auth.TokenKeyName != "" && params.get(auth.TokenKeyName) == "" {
			e.also(lookoutForProof(auth, auth.TokenKeyName).hint(r), "D-8")
		}
		return nil, e.also(hintChoice(a.Registry, domain, named, auth.AuthorizerName)).alsoNotes(params.notes)
	}
	grant.Authorizer = auth.AuthorizerName
	grant.Notes = append(append(params.notes, notes...), grant.Notes...)
	return grant, nil
}

// domain returns the domain configuration a client asks for; the zero value
// stands for the default endpoint.
func (a *Authenticator) domain(f *transport.Facts) (registry.DomainConfiguration, error) {
	if err := a.misused(f.ServerName); err != nil {
		return registry.DomainConfiguration{}, err
	}
	d, ok := a.Registry.DomainByServerName(f.ServerName)
	if !ok && f.HTTP != nil {
		d, _ = a.Registry.DomainByServerName(transport.WithoutPort(f.HTTP.Host))
	}
	if d.DomainConfigurationStatus == registry.Disabled {
		return d, refuse(domainDisabled, "domain configuration %q (%s) is DISABLED", d.DomainConfigurationName,
			d.DomainName).
			because("A-273").try(hintDisabled)
	}
	return d, nil
}

// authorizer selects an ACTIVE authorizer; named is what the request asks for,
// or "".
func (a *Authenticator) authorizer(
	r Request, d registry.DomainConfiguration, named string,
) (auth registry.Authorizer, notes []Note, err error) {
	config := d.AuthorizerConfig
	if named != "" && !config.AllowsOverride() {
		notes = append(notes, Note{fmt.Sprintf("authorizer %q is not used: domain configuration %q does not "+
			"allow override",
			nameOf(named), d.DomainConfigurationName), "D-25"})
		named = ""
	}
	name := named
	if name == "" && config != nil {
		name = config.DefaultAuthorizerName
	}
	name = cmp.Or(name, a.Registry.DefaultAuthorizer())
	if name == "" {
		e := refuse(authorizerNotFound, "the request names no authorizer, and there is no default").because("A-160")
		if isEncodedOnceMore(r.Facts.HTTP) {
			e.Detail = "the whole query is percent-encoded once more, so that nothing in it can be read: " + e.Detail
			return auth, notes, e.try(hintEncodedQuery, "A-203")
		}
		return auth, notes, e
	}
	auth, ok := a.Registry.Authorizer(name)
	if !ok {
		return auth, notes, refuse(authorizerNotFound, "there is no authorizer %q", nameOf(name)).
			because("A-75").try(hintUnknownAuthorizer(a.Registry, name))
	}
	if auth.Status != registry.Active {
		e := refuse(authorizerNotFound, "authorizer %q is %s", name, auth.Status).because("A-75").
			try(hintInactive, "D-7")
		e.Authorizer = name
		return auth, notes, e
	}
	return auth, notes, nil
}

// ask calls the authorizer's function about r and reads its answer.
func (a *Authenticator) ask(
	ctx context.Context, auth registry.Authorizer, r Request, p parameters,
) (*Grant, error) {
	token, err := readToken(r, auth, p)
	if err != nil && !hasMQTT(r.Facts) {
		return nil, err.(*Error).because("D-26")
	}
	if err != nil {
		return nil, err
	}
	secret := secrets(r, token.text, p.get(signatureParameter))
	answer, err := a.invoke(ctx, auth.AuthorizerFunctionArn, auth.AuthorizerArn, r,
		buildEvent(r, token))
	if err != nil {
		e := err.(*Error)
		e.Detail = secret.hide(e.Detail)
		return nil, e
	}
	grant, err := parseAnswer(answer, r.principal, &a.answers)
	if err != nil {
		e := err.(*Error)
		e.Detail, e.Invoked = secret.hide(e.Detail), true
		if e.Reason == notAuthenticated && e.Hint == "" {
			e.try(hintDenied(r))
		}
		return nil, e
	}
	return grant, nil
}
