// Package cloudformation writes what a registry holds as a CloudFormation template, which
// makes the same resources on AWS.
//
//	err := cloudformation.Write(os.Stdout, registry)
//
// It deploys nothing and reads no template; suback.yaml is not its concern.
package cloudformation
