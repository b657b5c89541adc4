package emulator

import (
	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
)

// An exporting makes the configuration of what a registry holds.
type exporting struct {
	*registry.Registry
	options Options
	code    *functions.Code
	config  *Config // the running one

	disorder Disorder // the present one
	secrets  bool
	notes    []string // what is left out
}

// all is the whole configuration.
func (x *exporting) all() *Config {
	was := x.config
	c := &Config{
		Region: x.Region(), AccountID: x.Account(), EndpointAddress: was.EndpointAddress, Listeners: was.Listeners,
		Limits:            was.Limits,
		Disorder:          x.disorder,
		LambdaPermissions: was.LambdaPermissions, FunctionsAPI: was.FunctionsAPI,
	}
	for _, k := range kinds() {
		k.read(x, c)
	}
	c.Soracom = x.soracom()
	x.withoutGo(c)
	return c
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
