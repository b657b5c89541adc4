package emulator

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/registry"
)

// An exporting makes the configuration of what a registry holds.
type exporting struct {
	*registry.Registry
	options Options
	code    *functionCode
	config  *Config // the running one

	disorder Disorder // the present one
	secrets  bool
	notes    []string // what is left out
}

// all is the whole configuration.
func (x *exporting) all() *Config {
	was := x.config
	c := &Config{
		Region: x.Region(), AccountID: x.Account(), EndpointAddress: was.EndpointAddress, Listeners: was.Listeners, Limits: was.Limits,
		Disorder:          x.disorder,
		LambdaPermissions: was.LambdaPermissions, FunctionsAPI: was.FunctionsAPI, Functions: x.functions(), DefaultAuthorizerName: x.DefaultAuthorizer(),
		Authorizers: x.Authorizers(), DomainConfigurations: x.domains(), ServerCertificates: x.serverCertificates(),
		Policies: x.policies(), Certificates: x.certificates(), CACertificates: x.caCertificates(),
		ThingTypes: x.thingTypes(), BillingGroups: x.BillingGroups(), Things: x.things(), ThingGroups: x.thingGroups(),
		Credentials: x.credentials(), Roles: x.roles(), RoleAliases: x.RoleAliases(), IdentityPools: x.IdentityPools(), Identities: x.identities(),
		Tags: x.tags(), Soracom: x.soracom(),
	}
	x.logging(c)
	x.indexing(c)
	x.withoutGo(c)
	return c
}

// functions are those of the file, with the permissions they have now, and those
// that the API made.
func (x *exporting) functions() map[string]Function {
	all := map[string]Function{}
	for _, f := range x.Functions() {
		if x.options.Functions[f.FunctionName] != nil || f.FunctionName == authorizerName && x.options.Authorizer != nil {
			x.notes = append(x.notes, "function "+f.FunctionName+", which is in Go")
			continue
		}
		of, configured := x.config.Functions[f.FunctionName]
		made := f.Configuration
		if !configured && made.Code == "" {
			x.notes = append(x.notes, "function "+f.FunctionName+", of which nothing says how it runs")
			continue
		}
		if !configured || !runsAlike(of.registered(x.config), made) {
			of = Function{Runtime: made.Runtime, Code: made.Code, Handler: made.Handler, Environment: made.Environment,
				Timeout: made.Timeout, MemorySize: made.MemorySize, ReservedConcurrentExecutions: of.ReservedConcurrentExecutions}
		}
		x.pack(f.FunctionName, &of)
		if !x.secrets && len(of.Environment) > 0 {
			x.notes = append(x.notes, "the environment of function "+f.FunctionName+", which --secrets would write")
			of.Environment = nil
		}
		of.Permissions = f.Permissions
		all[f.FunctionName] = of
	}
	return all
}

// pack writes out code that is in a folder of the emulator's.
func (x *exporting) pack(name string, f *Function) {
	code := x.code
	folder := code.here(f.Code)
	if !code.owns(folder) {
		return
	}
	archive, err := code.packed(folder)
	if err != nil {
		x.notes = append(x.notes, "the code of function "+name+", which could not be read: "+err.Error())
		return
	}
	f.Code, f.ZipFile = "", archive
}

// registered is the configuration of a function as the registry has it.
func (f Function) registered(c *Config) registry.FunctionConfiguration {
	made := f.configuration(c)
	made.Timeout, made.MemorySize = cmp.Or(made.Timeout, 3), cmp.Or(made.MemorySize, 128)
	return made
}

// withoutGo leaves out the authorizer that Options bring along.
func (x *exporting) withoutGo(c *Config) {
	if x.options.Authorizer == nil {
		return
	}
	c.Authorizers = slices.DeleteFunc(c.Authorizers, func(a registry.Authorizer) bool { return a.AuthorizerName == authorizerName })
	if c.DefaultAuthorizerName == authorizerName {
		c.DefaultAuthorizerName = ""
	}
	x.notes = append(x.notes, "authorizer "+authorizerName+", which is in Go")
}

func (x *exporting) domains() []registry.DomainConfiguration {
	all := x.DomainConfigurations()
	for i, d := range all {
		if d.DomainType == registry.AWSManaged {
			all[i].DomainName = "" // made of the configuration's
		}
		if !x.secrets {
			all[i].ServerCertificateArns = nil
		}
	}
	return all
}

func (x *exporting) serverCertificates() (all []ServerCertificate) {
	for _, c := range x.ServerCertificates() {
		if !x.secrets {
			x.notes = append(x.notes, "server certificate "+c.CertificateArn+", whose private key --secrets would write")
			continue
		}
		all = append(all, ServerCertificate{CertificateArn: c.CertificateArn, Type: c.Type,
			Certificate: PEM(c.PEM), CertificateChain: PEM(c.ChainPEM), PrivateKey: PEM(c.PrivateKeyPEM())})
	}
	return all
}

func (x *exporting) logging(c *Config) {
	if o, err := x.LoggingOptions(); err == nil {
		c.V2LoggingOptions = &o
	}
	levels, _ := x.LogLevels()
	for _, l := range levels {
		if l.TargetType != registry.TargetDefault {
			c.V2LoggingLevels = append(c.V2LoggingLevels, V2LoggingLevel{LogTarget(l.LogTarget), l.LogLevel})
		}
	}
	if l := x.V1Logging(); l != (registry.V1Logging{}) {
		c.LoggingOptions = &V1Logging{RoleArn: l.RoleArn, LogLevel: l.LogLevel}
	}
	for name, on := range x.EventConfigurations().Enabled {
		if on {
			if c.EventConfigurations == nil {
				c.EventConfigurations = map[string]EventConfiguration{}
			}
			c.EventConfigurations[name] = EventConfiguration{Enabled: true}
		}
	}
}

func (x *exporting) indexing(c *Config) {
	of := x.Indexing()
	if of.Thing.ThingIndexingMode != registry.IndexingOff {
		c.ThingIndexing = &of.Thing
	}
	if of.ThingGroup.ThingGroupIndexingMode != registry.IndexingOff {
		c.ThingGroupIndexing = &of.ThingGroup
	}
}

func (x *exporting) tags() (all []TaggedResource) {
	tagged := x.TaggedResources()
	for _, arn := range slices.Sorted(maps.Keys(tagged)) {
		if !x.secrets && strings.Contains(arn, ":acm:") {
			continue // with its server certificate
		}
		all = append(all, TaggedResource{arn, tagged[arn]})
	}
	return all
}

// soracom is the running configuration's.
func (x *exporting) soracom() *endorse.Config {
	if x.config.Soracom == nil || x.secrets {
		return x.config.Soracom
	}
	c := *x.config.Soracom
	if len(c.AuthKeys)+len(c.Users) > 0 {
		x.notes = append(x.notes, "SORACOM's authKeys and users, which --secrets would write")
	}
	c.AuthKeys, c.Users = nil, nil
	return &c
}
