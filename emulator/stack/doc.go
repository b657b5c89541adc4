// Package stack turns templates of CloudFormation and SAM, and what the Serverless Framework
// has, into a suback.yaml: what would stand in an account after they were deployed.
//
//	result, err := stack.Import(ctx, []stack.File{{Name: "template.yaml", Text: text}}, stack.Options{})
//	os.Stdout.Write(result.Text)
//	for _, n := range result.Notes { … } // what could not be taken, line by line
//
// It deploys nothing, asks nobody, and reads no file but the archives that the Serverless Framework
// has packaged; of other code it sees whether it is there. What it writes is what package config
// reads: what that refuses is taken out again, and told. Reading templates for mistakes is package
// lint's matter, writing one package cloudformation's.
//
// # Bounds
//
// Those of package tree for each text; 500 resources, as CloudFormation has it, and events of a
// function; 5,000 members of an object or list; what functions and globals make of a template is a
// bounded number of values; 1,000 notes. Import ends soon after its context does.
//
// # Files
//
// import.go goes over files, template.go reads one; resolve.go, function_*.go, condition.go and
// parameter.go say what a value comes to, reference.go and foreign.go what a resource is called.
// kinds.go lists what is taken, each kind with a file; resource.go takes properties, one by one.
// output.go writes, check.go has the result read by package config.
package stack
