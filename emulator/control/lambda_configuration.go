package control

import (
	"encoding/json"
	"maps"

	"github.com/suback/suback/emulator/registry"
)

// What Lambda says of a function
//
//   - a function is there at once: State is Active, LastUpdateStatus Successful
//   - members that change nothing here are told as they were given, or as AWS
//     tells them if nobody gave them

// A functionConfiguration is AWS's FunctionConfiguration.
type functionConfiguration struct {
	FunctionName     string               `json:"FunctionName"`
	FunctionArn      string               `json:"FunctionArn"`
	Runtime          string               `json:"Runtime,omitempty"`
	Role             string               `json:"Role,omitempty"`
	Handler          string               `json:"Handler,omitempty"`
	CodeSize         int64                `json:"CodeSize"`
	Description      string               `json:"Description"`
	Timeout          int                  `json:"Timeout"`
	MemorySize       int                  `json:"MemorySize"`
	LastModified     string               `json:"LastModified"`
	CodeSha256       string               `json:"CodeSha256,omitempty"`
	Version          string               `json:"Version"`
	Environment      *functionEnvironment `json:"Environment,omitempty"`
	RevisionID       string               `json:"RevisionId"`
	State            string               `json:"State"`
	LastUpdateStatus string               `json:"LastUpdateStatus"`
	PackageType      string               `json:"PackageType"`

	functionSettings
}

type functionEnvironment struct {
	Variables map[string]string `json:"Variables"`
}

// functionSettings are the members that change nothing here.
type functionSettings struct {
	Architectures    json.RawMessage `json:"Architectures,omitempty"`
	VpcConfig        json.RawMessage `json:"VpcConfig,omitempty"`
	DeadLetterConfig json.RawMessage `json:"DeadLetterConfig,omitempty"`
	KMSKeyArn        json.RawMessage `json:"KMSKeyArn,omitempty"`
	TracingConfig    json.RawMessage `json:"TracingConfig,omitempty"`
	EphemeralStorage json.RawMessage `json:"EphemeralStorage,omitempty"`
	SnapStart        json.RawMessage `json:"SnapStart,omitempty"`
	LoggingConfig    json.RawMessage `json:"LoggingConfig,omitempty"`
}

// over returns old with what s has.
func (s functionSettings) over(old map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	maps.Copy(all, old)
	return all, json.Unmarshal(text, &all)
}

// settingsOf are those of a function, with AWS's defaults.
func settingsOf(f registry.Function) (functionSettings, error) {
	group, err := json.Marshal("/aws/lambda/" + f.FunctionName)
	if err != nil {
		return functionSettings{}, err
	}
	s := functionSettings{
		Architectures:    json.RawMessage(`["x86_64"]`),
		TracingConfig:    json.RawMessage(`{"Mode":"PassThrough"}`),
		EphemeralStorage: json.RawMessage(`{"Size":512}`),
		SnapStart:        json.RawMessage(`{"ApplyOn":"None","OptimizationStatus":"Off"}`),
		LoggingConfig:    json.RawMessage(`{"LogFormat":"Text","LogGroup":` + string(group) + `}`),
	}
	given, err := json.Marshal(f.Configuration.Other)
	if err != nil {
		return functionSettings{}, err
	}
	return s, json.Unmarshal(given, &s)
}

func configurationOf(f registry.Function) (functionConfiguration, error) {
	c := f.Configuration
	settings, err := settingsOf(f)
	out := functionConfiguration{
		FunctionName: f.FunctionName, FunctionArn: f.FunctionArn, Runtime: c.Runtime, Role: c.Role,
		Handler:  c.Handler,
		CodeSize: c.CodeSize, Description: c.Description, Timeout: c.Timeout, MemorySize: c.MemorySize,
		LastModified: c.LastModified.UTC().Format("2006-01-02T15:04:05.000-0700"), CodeSha256: c.CodeSha256,
		Version:    latest,
		RevisionID: c.RevisionID, State: "Active", LastUpdateStatus: "Successful", PackageType: "Zip",
		functionSettings: settings,
	}
	if len(c.Environment) > 0 {
		out.Environment = &functionEnvironment{c.Environment}
	}
	return out, err
}
