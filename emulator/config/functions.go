package config

import (
	"cmp"
	"errors"
	"maps"
	"path/filepath"
	"slices"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
)

// Functions in suback.yaml.

func functionKind() kind {
	return kind{key: "functions", put: (*Config).putFunctions,
		read: func(x *exporting, c *Config) { c.Functions = x.functions() }}
}

func (c *Config) putFunctions(r *registry.Registry) error {
	return each(slices.Sorted(maps.Keys(c.Functions)), func(_ int, name string) error {
		f := c.Functions[name]
		_, err := r.PutFunction(registry.Function{
			FunctionName: name, FunctionArn: f.ARN, Permissions: f.Permissions, Configuration: f.configuration(c)})
		if e := new(registry.Error); errors.As(err, &e) && e.Field == "functionArn" && f.ARN != "" {
			e.Field = "arn" // as the file calls it
		}
		return c.refused([]any{"functions", name}, err)
	})
}

// functions are those of the file, with the permissions they have now, and those
// that the API made.
func (x *exporting) functions() map[string]Function {
	all := map[string]Function{}
	for _, f := range x.Functions() {
		if x.Go.has(f.FunctionName) {
			x.notes = append(x.notes, "function "+f.FunctionName+", which is in Go")
			continue
		}
		of, configured := x.Running.Functions[f.FunctionName]
		made := f.Configuration
		if !configured && made.Code == "" {
			x.notes = append(x.notes, "function "+f.FunctionName+", of which nothing says how it runs")
			continue
		}
		if !configured || !functions.RunsAlike(of.registered(x.Running), made) {
			of = Function{Runtime: made.Runtime, Code: made.Code, Handler: made.Handler, Environment: made.Environment,
				Timeout: made.Timeout, MemorySize: made.MemorySize,
				ReservedConcurrentExecutions: of.ReservedConcurrentExecutions}
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
	code := x.Code
	folder := code.Here(f.Code)
	if !code.Owns(folder) {
		return
	}
	archive, err := code.Packed(folder)
	if err != nil {
		x.notes = append(x.notes, "the code of function "+name+", which could not be read: "+err.Error())
		return
	}
	f.Code, f.ZipFile = "", archive
}

// configuration is what Lambda's API tells of a function of the file.
func (f Function) configuration(c *Config) registry.FunctionConfiguration {
	out := registry.FunctionConfiguration{
		Runtime: f.Runtime, Handler: f.Handler, Timeout: f.Timeout, MemorySize: f.MemorySize,
		Environment: f.Environment,
	}
	if code := c.codeOf(f); code != "" {
		out.Code, _ = filepath.Abs(code) // fails where nothing can run: without a working directory
	}
	return out
}

// registered is the configuration of a function as the registry has it.
func (f Function) registered(c *Config) registry.FunctionConfiguration {
	made := f.configuration(c)
	made.Timeout, made.MemorySize = cmp.Or(made.Timeout, 3), cmp.Or(made.MemorySize, 128)
	return made
}
