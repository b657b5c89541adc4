// Package lint finds what is wrong in policies, and in the files that have them, before
// anybody connects.
//
//	report, err := lint.Files([]string{"policies/", "template.yaml"}, os.Stdin, lint.Options{})
//	err = lint.WriteText(os.Stdout, report)
//	report.Worst(lint.Warning) // whether anything is as bad
//
// It reads policies, authorizers' answers, topic rules, suback.yaml with the files that it
// names, and templates of CloudFormation and SAM, each known by its content. It is pure but for reading
// the files that it is given: it runs no function and asks nobody. It does not decide what a
// client may do (package policy) and does not start from a refusal: it has only texts.
//
// What package policy, authn, config and registry say of a text is said in their words; what
// is judged here is what they take and nobody means.
//
// # Bounds
//
// A file has at most 4 MiB, 200,000 values and 64 levels of them, else that is the finding;
// of one file 200 findings are told and the rest counted; a folder has at most 20,000 files.
//
// # Files
//
// Values with their places are package tree's (source.go), what functions in them come to is
// intrinsic.go's; kind.go says what a file is, files.go goes over files. document.go and statement.go read a
// policy with action.go and arn.go; names.go, place.go, match.go and broad.go judge
// it alone, shadow.go and pool.go with those beside it, by pattern.go within compared.go.
// answer.go, config.go with attachment.go, and template*.go read what has policies in it;
// topic_rule*.go judge topic rules, wherever they stand. rule.go and rule_topic.go list the
// findings, lint.go notes them; report.go, sarif.go, junit.go and github.go write them.
package lint
