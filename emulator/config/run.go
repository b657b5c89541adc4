package config

import (
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// How a function of the configuration is run, and what of it cannot be.

// runnable finds functions of the configuration that cannot run, though nothing is
// wrong with their keys.
func (c *Config) runnable(g InGo, r *registry.Registry, log *slog.Logger) error {
	return each(slices.Sorted(maps.Keys(c.Functions)), func(_ int, name string) error {
		f := c.Functions[name]
		if _, problem := f.problem(); problem != "" || f.ZipFile != "" || g.Functions[name] != nil {
			return nil
		}
		run, err := c.runner(name, g, r, log)
		if err != nil {
			return err
		}
		return run.Close()
	})
}

// Runners returns what runs the functions of r, by ARN: what running has for one, or Go code
// of g, or what the configuration describes. After an error it returns those that can run.
func (c *Config) Runners(
	g InGo, r *registry.Registry, log *slog.Logger, running func(registry.Function) lambda.Runner,
) (map[string]lambda.Runner, error) {
	all := make(map[string]lambda.Runner)
	err := each(r.Functions(), func(_ int, f registry.Function) (err error) {
		run := running(f)
		if run == nil {
			run, err = c.runner(f.FunctionName, g, r, log)
		}
		if err == nil {
			all[f.FunctionArn] = run
		}
		return err
	})
	if err != nil {
		err = c.mistakes(nil, err)
	}
	return all, err
}

// runner returns what runs a function.
func (c *Config) runner(name string, g InGo, r *registry.Registry, log *slog.Logger) (lambda.Runner, error) {
	if f := g.Functions[name]; f != nil {
		return lambda.Func(f), nil
	}
	f, configured := c.Functions[name]
	if !configured {
		return lambda.Func(g.Authorizer), nil
	}
	at := []any{"functions", name}
	var run lambda.Runner
	var err error
	switch {
	case f.Endpoint != "":
		at = append(at, "endpoint")
		run, err = lambda.NewEndpoint(f.Endpoint, name, r.Region())
	case f.ARN != "":
		at = append(at, "arn")
		run, err = lambda.NewAWS(f.ARN)
	default:
		run, err = lambda.NewProcess(lambda.ProcessOptions{
			Name: name, Runtime: f.Runtime, Code: c.codeOf(f), Handler: f.Handler,
			Environment: f.Environment, Timeout: time.Duration(f.Timeout) * time.Second, MemorySize: f.MemorySize,
			ReservedConcurrency: f.ReservedConcurrentExecutions, Region: r.Region(), Account: r.Account(), Log: log,
		})
	}
	if err != nil && f.unpacked != "" { // as when the API brings it
		return functions.Failing(name, err, log), nil
	}
	if err != nil {
		return nil, c.Errorf(at, "function %q: %v", name, err)
	}
	return run, nil
}

// RunsAs tells whether other describes a function as c does.
func (c *Config) RunsAs(other *Config, function string) bool {
	return c.dir == other.dir && reflect.DeepEqual(c.Functions[function], other.Functions[function])
}
