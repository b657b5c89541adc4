package registry

import (
	"cmp"
	"fmt"
)

// AWS's names of what can be wrong; they are the values of Error.Code.
const (
	InvalidRequest        = "InvalidRequestException"
	NotFound              = "ResourceNotFoundException"
	AlreadyExists         = "ResourceAlreadyExistsException"
	DeleteConflict        = "DeleteConflictException"
	VersionConflict       = "VersionConflictException"
	VersionsLimitExceeded = "VersionsLimitExceededException"
	LimitExceeded         = "LimitExceededException"
	MalformedPolicy       = "MalformedPolicyException"
	CertificateState      = "CertificateStateException"
	CertificateValidation = "CertificateValidationException"
	CertificateConflict   = "CertificateConflictException"

	RegistrationCodeValidation = "RegistrationCodeValidationException"
	NotConfigured              = "NotConfiguredException"
	SQLParse                   = "SqlParseException"

	InternalFailure = "InternalFailureException"
)

// A Reason is one of several why the same thing is refused in the same way.
type Reason string

// The reasons.
const (
	HasVersions    Reason = "has versions"      // a policy, beside the default one
	HasTargets     Reason = "has targets"       // a policy, attached to them
	HasPrincipals  Reason = "has principals"    // a thing
	HasChildren    Reason = "has children"      // a thing group
	HasThings      Reason = "has things"        // a certificate
	HasPolicies    Reason = "has policies"      // a certificate
	DeprecatedNow  Reason = "deprecated now"    // a thing type, or not at all
	StillActive    Reason = "still active"      // a certificate
	NotToBePending Reason = "not to be pending" // a certificate, when it is registered
	WithoutIssuer  Reason = "without issuer"    // a certificate
)

// An Error is a request that AWS would not obey. Kind and Name say for which
// resource, Field names the member in AWS's spelling ("" if it is about the
// resource as a whole), and Problem ends with what was wanted. None of them
// repeats a secret.
type Error struct {
	// Code is the name of AWS's exception; "" means InvalidRequest.
	Code string

	Kind, Name, Field, Problem string

	// Reason tells errors of one Kind and Code apart for who says them in other
	// words, as AWS does; "" where nobody has to.
	Reason Reason

	// ResourceID and ResourceARN are of what exists already, or cannot be
	// deleted.
	ResourceID, ResourceARN string

	cause error // of the package that found it; nil for what was found here
}

// Unwrap returns what a policy document's *policy.Error says; nil for others.
func (e *Error) Unwrap() error { return e.cause }

func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s %q %s", e.Kind, e.Name, e.Problem)
	}
	return fmt.Sprintf("%s %q: %s %s", e.Kind, e.Name, e.Field, e.Problem)
}

// A kind is how errors call a sort of resource.
type kind string

// invalid is nil if there is no problem.
func (k kind) invalid(name, field, problem string) error {
	if problem == "" {
		return nil
	}
	return &Error{Kind: string(k), Name: name, Field: field, Problem: problem}
}

func (k kind) missing(name string) error {
	return &Error{Code: NotFound, Kind: string(k), Name: name, Problem: "does not exist"}
}

func (k kind) exists(name, id, arn string) error {
	return &Error{Code: AlreadyExists, Kind: string(k), Name: name, Problem: "exists already",
		ResourceID: id, ResourceARN: arn}
}

// because adds the reason to an error of this package.
func because(reason Reason, err error) error {
	err.(*Error).Reason = reason
	return err
}

func (k kind) refuse(code, name, problem string) error {
	return &Error{Code: code, Kind: string(k), Name: name, Problem: problem}
}

// firstOf returns the first error, nil if there is none.
func firstOf(errs ...error) error { return cmp.Or(errs...) }
