package config

import (
	"errors"
	"log/slog"
	"strings"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
)

// Build unpacks the zipFiles of the configuration into code, and builds what exists at
// first. The configuration that it returns knows where they are.
func (c *Config) Build(g InGo, code *functions.Code, log *slog.Logger) (*Config, *registry.Registry, error) {
	next, unpacked := c.withCode(code)
	if unpacked != nil {
		_, refused := c.Registry(g, log)
		return nil, nil, c.mistakes(nil, errors.Join(unpacked, refused))
	}
	r, err := next.Registry(g, log)
	return next, r, err
}

// Registry builds what exists from the configuration and Go code alone. If something is wrong,
// what runs its functions is made as well, and ended again, so that all mistakes are told at
// once; log is for what they print, nil for nowhere.
func (c *Config) Registry(g InGo, log *slog.Logger) (*registry.Registry, error) {
	r, err := registry.New(registry.Options{Region: c.Region, Account: c.AccountID,
		EnforcePermissions: c.LambdaPermissions == "enforce"})
	if err != nil {
		return nil, c.refused(nil, err)
	}
	if err := errors.Join(
		c.putGoFunctions(g, r), c.putAll(r), g.putAuthorizer(r),
	); err != nil {
		return nil, c.mistakes(nil, errors.Join(err, c.runnable(g, r, log)))
	}
	return r, nil
}

// refused gives an error of the registry its place in the file, if there is one.
func (c *Config) refused(at []any, err error) error {
	if err == nil {
		return nil
	}
	var e *registry.Error
	if !errors.As(err, &e) {
		return c.Errorf(at, "%v", err)
	}
	for step := range strings.SplitSeq(e.Field, ".") {
		key, _, _ := strings.Cut(step, "[")
		at = append(at, key)
	}
	return c.Errorf(at, "%v", err)
}
