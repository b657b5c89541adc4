package control

import (
	"errors"
	"strings"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// What AWS says
//
// The sentences are AWS's where they are known; else they are the registry's,
// which say what was wanted. Where AWS's sentence says nothing, why tells the trace
// what the registry's does.

// missing is the error for something that does not exist. The kind is the
// registry's word for it.
func missing(kind, name string) error {
	return &registry.Error{Code: registry.NotFound, Kind: kind, Name: name, Problem: "does not exist"}
}

// sentence is what AWS says about an error of the registry.
func sentence(e *registry.Error) string {
	type about struct {
		kind, code, field string
		reason            registry.Reason
	}
	switch (about{e.Kind, e.Code, e.Field, e.Reason}) {
	case about{"policy", registry.AlreadyExists, "", ""}:
		return "Policy cannot be created - name already exists (name=" + e.Name + ")"
	case about{"policy", registry.NotFound, "", ""}:
		return "Policy not found"
	case about{"policy", registry.VersionsLimitExceeded, "", ""}:
		return "The policy " + e.Name + " already has the maximum number of versions (5)"
	case about{"policy", registry.MalformedPolicy, "policyDocument", ""}:
		found := new(policy.Error)
		errors.As(e, &found) // a document that is too large is nothing of its own
		return found.AWS()
	case about{"policy", registry.DeleteConflict, "", registry.HasVersions}:
		return "The policy cannot be deleted as versions other than than default version exist"
	case about{"policy", registry.DeleteConflict, "", registry.HasTargets}:
		return "The policy cannot be deleted as the policy is attached to one or more principals (name=" + e.Name +
			")"
	case about{"principal", registry.InvalidRequest, "", ""}:
		return "Invalid principal type"
	case about{"authorizer", registry.NotFound, "", ""}:
		return "Authorizer " + e.Name + " not found"
	case about{"authorizer", registry.AlreadyExists, "", ""}:
		return "Authorizer " + e.Name + " already exist for this account"
	case about{"authorizer", registry.InvalidRequest, "", ""}:
		return "Cannot delete authorizer " + e.Name + " in ACTIVE status. Update status to INACTIVE and delete."
	case about{"authorizer", registry.DeleteConflict, "", ""}:
		return "Cannot delete default authorizer " + e.Name + ". Change default and retry delete."
	case about{"thing", registry.AlreadyExists, "", ""}:
		return "Thing " + e.Name + " already exists in account with different attributes"
	case about{"thing", registry.InvalidRequest, "", registry.HasPrincipals}:
		return "Cannot delete. Thing " + e.Name + " is still attached to one or more principals"
	// Terraform waits for these words
	case about{"thing type", registry.InvalidRequest, "", registry.DeprecatedNow}:
		return "Cannot delete thing type : " + e.Name +
			". Please wait for 5 minutes after deprecation and then retry"
	case about{"thing group", registry.AlreadyExists, "", ""}: // [A-350, guess]
		return "Thing Group " + e.Name + " already exists in current account with different properties"
	case about{"thing group", registry.InvalidRequest, "", registry.HasChildren}: // and for these
		return "Cannot delete thing group : " + e.Name + " when there are still child groups attached to it"
	case about{"account", registry.NotFound, "", ""}:
		return "Default authorizer not found"
	case about{"account", registry.AlreadyExists, "defaultAuthorizerName", ""}:
		return "Duplicate default authorizer " + e.ResourceID + " already configured for this account"
	}
	if id, ok := strings.CutPrefix(e.Field, "tokenSigningPublicKeys["); ok && e.Kind == "authorizer" {
		return "Authorizer " + e.Name + " public key for key name " + strings.TrimSuffix(id, "]") +
			" not a valid RSA key"
	}
	if text := indexingSentence(e); text != "" {
		return text
	}
	if text := certificateSentence(e); text != "" {
		return text
	}
	return e.Error()
}

// indexingSentence is AWS's about modes that do not go together. What has
// no such sentence is "".
func indexingSentence(e *registry.Error) string {
	mode, isMode := strings.CutSuffix(e.Field, "IndexingMode")
	switch {
	case e.Kind != "indexing configuration":
	case isMode:
		return "ThingIndexingMode must be turned ON for enabling " + strings.ToUpper(mode[:1]) + mode[1:] +
			"IndexingMode"
	case e.Field == "filter" && strings.HasPrefix(e.Problem, "has no namedShadowNames"):
		return "NamedShadowNames Filter must not be empty for enabling NamedShadowIndexingMode"
	}
	return ""
}

// why is what AWS's sentence about an error keeps to itself; nothing if it says all.
func why(e *registry.Error) cause.Cause {
	because := func(rule, hint string) cause.Cause {
		return cause.Cause{Detail: e.Error(), Hint: hint, Rules: []string{rule}}
	}
	switch {
	case e.Kind == "policy" && e.Code == registry.NotFound && e.Field == "":
		return because("A-331", "aws iot list-policies names those that there are")
	case e.Kind == "policy" && e.Code == registry.MalformedPolicy && e.Field == "policyDocument":
		return because("A-331", malformedHint)
	case e.Kind == "authorizer" && strings.HasPrefix(e.Field, "tokenSigningPublicKeys["):
		return because("A-330", "give a public key of RSA as PEM, as openssl rsa -pubout writes it")
	case e.Kind == "resource" && e.Code == registry.NotFound:
		if of := untagged(e.Name); of != "" {
			return cause.Cause{Detail: "AWS IoT has no tags on a " + of, Rules: []string{"A-71"},
				Hint: "give a thing attributes, and tag its thing group, thing type or billing group; " +
					"of certificates only those of a CA have tags"}
		}
	}
	return cause.Cause{}
}

// untagged names what an ARN is of if AWS has no tags on what is of that kind.
func untagged(arn string) string {
	fields := strings.SplitN(arn, ":", 6) // a thing's name may have colons
	switch kind, _, _ := strings.Cut(fields[len(fields)-1], "/"); kind {
	case "thing":
		return "thing"
	case "cert":
		return "certificate"
	}
	return ""
}

const malformedHint = "suback lint of the document tells all that is wrong with it"
