package control

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/registry"
)

// The permissions of a function
//
//   - a statement is told as text, its members in the order Sid, Effect,
//     Principal, Action, Resource, Condition
//   - a principal is a service, an account, an ARN of IAM, or *
//   - with the last statement the policy goes: GetPolicy finds none

// maxFunctionPolicy is AWS's limit, in bytes.
const maxFunctionPolicy = 20480

// A statement is of a function's policy.
type statement struct {
	Sid, Effect string
	Principal   any
	Action      string
	Resource    string
	Condition   *conditions `json:",omitempty"`
}

type conditions struct {
	StringEquals map[string]string `json:",omitempty"`
	ArnLike      map[string]string `json:",omitempty"`
}

type functionPolicy struct {
	Version   string
	ID        string `json:"Id"`
	Statement []statement
}

// statementOf is a permission as AWS tells it.
func statementOf(f registry.Function, p registry.Permission) statement {
	s := statement{Sid: p.StatementID, Effect: "Allow", Action: p.Action, Resource: f.FunctionArn}
	s.Principal, _ = principalOf(f.FunctionArn, p.Principal)
	equals, like := map[string]string{}, map[string]string{}
	for name, value := range map[string]string{
		"AWS:SourceAccount":          p.SourceAccount,
		"aws:PrincipalOrgID":         p.PrincipalOrgID,
		"lambda:EventSourceToken":    p.EventSourceToken,
		"lambda:FunctionUrlAuthType": p.FunctionURLAuthType,
	} {
		if value != "" {
			equals[name] = value
		}
	}
	if p.SourceArn != "" {
		like["AWS:SourceArn"] = p.SourceArn
	}
	if len(equals)+len(like) > 0 {
		s.Condition = &conditions{equals, like}
	}
	return s
}

// principalOf is a principal as a policy has it; ok is false if it is none.
func principalOf(functionARN, principal string) (p any, ok bool) {
	partition := strings.Split(functionARN, ":")[1]
	isService, _ := regexp.MatchString(`\A[a-z0-9.-]+\.amazon(aws)?\.com(\.cn)?\z`, principal)
	isAccount, _ := regexp.MatchString(`\A[0-9]{12}\z`, principal)
	switch {
	case principal == "*":
		return principal, true
	case isService:
		return map[string]string{"Service": principal}, true
	case isAccount:
		return map[string]string{"AWS": "arn:" + partition + ":iam::" + principal + ":root"}, true
	case strings.HasPrefix(principal, "arn:"):
		return map[string]string{"AWS": principal}, true
	}
	return principal, false
}

type addPermissionInput struct {
	functionRef
	StatementID         string `json:"StatementId"`
	Action              string `json:"Action"`
	Principal           string `json:"Principal"`
	SourceArn           string `json:"SourceArn"`
	SourceAccount       string `json:"SourceAccount"`
	EventSourceToken    string `json:"EventSourceToken"`
	RevisionID          string `json:"RevisionId"`
	PrincipalOrgID      string `json:"PrincipalOrgID"`
	FunctionURLAuthType string `json:"FunctionUrlAuthType"`
}

type addPermissionOutput struct {
	Statement string `json:"Statement"`
}

func (l *lambdaAPI) addPermission(_ context.Context, in addPermissionInput) (addPermissionOutput, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	f, err := l.permitted(in.functionRef, in.RevisionID)
	if err != nil {
		return addPermissionOutput{}, err
	}
	p := registry.Permission{
		StatementID: in.StatementID, Principal: in.Principal, Action: in.Action, SourceArn: in.SourceArn,
		SourceAccount:    in.SourceAccount,
		EventSourceToken: in.EventSourceToken, PrincipalOrgID: in.PrincipalOrgID,
		FunctionURLAuthType: in.FunctionURLAuthType,
	}
	if _, ok := principalOf(f.FunctionArn, p.Principal); !ok {
		return addPermissionOutput{}, refuse(badParameter,
			"The provided principal was invalid. Please check the principal and try again.")
	}
	if slices.ContainsFunc(f.Permissions,
		func(other registry.Permission) bool { return other.StatementID == p.StatementID }) {
		return addPermissionOutput{}, refuse(resourceConflict,
			//
			"The statement id (%s) provided already exists. Please provide a new statement id, or remove the "+
				"existing statement.", p.StatementID)
	}
	f.Permissions = append(slices.Clone(f.Permissions), p)
	policy, err := policyOf(f)
	if err != nil {
		return addPermissionOutput{}, err
	}
	if len(policy) > maxFunctionPolicy {
		return addPermissionOutput{}, refuse("PolicyLengthExceededException",
			"The final policy size (%d) is bigger than the limit (%d).", len(policy), maxFunctionPolicy)
	}
	if err := l.store(f); err != nil {
		return addPermissionOutput{}, err
	}
	text, err := encode(statementOf(f, p))
	return addPermissionOutput{string(text)}, err
}

// permitted finds the function whose permissions are to change.
func (l *lambdaAPI) permitted(ref functionRef, revision string) (registry.Function, error) {
	f, err := l.function(ref)
	if _, qualifier := ref.name(); err == nil && qualifier == latest {
		err = refuse(badParameter, "We currently do not support adding policies for $LATEST.")
	}
	if err == nil {
		err = checkRevision(f, revision)
	}
	return f, err
}

// store keeps a changed function under a new revision.
func (l *lambdaAPI) store(f registry.Function) error {
	f.Configuration.RevisionID = uuid.NewString()
	_, err := l.registry.PutFunction(f)
	return err
}

type removePermissionInput struct {
	functionRef
	StatementID string `json:"StatementId"`
	RevisionID  string `json:"RevisionId"`
}

func (l *lambdaAPI) removePermission(_ context.Context, in removePermissionInput) (none, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	f, err := l.permitted(in.functionRef, in.RevisionID)
	if err != nil {
		return none{}, err
	}
	left := slices.DeleteFunc(slices.Clone(f.Permissions),
		func(p registry.Permission) bool { return p.StatementID == in.StatementID })
	switch {
	case len(f.Permissions) == 0:
		return none{}, refuse(notFound, "No policy is associated with the given resource.")
	case len(left) == len(f.Permissions):
		return none{}, refuse(notFound, "Statement %s is not found in resource policy.", in.StatementID)
	}
	f.Permissions = left
	return none{}, l.store(f)
}

type getPolicyFunctionOutput struct {
	Policy     string `json:"Policy"`
	RevisionID string `json:"RevisionId"`
}

func (l *lambdaAPI) getFunctionPolicy(_ context.Context, in functionRef) (getPolicyFunctionOutput, error) {
	f, err := l.function(in)
	switch {
	case err != nil:
		return getPolicyFunctionOutput{}, err
	case len(f.Permissions) == 0:
		return getPolicyFunctionOutput{}, refuse(notFound, "The resource you requested does not exist.")
	}
	policy, err := policyOf(f)
	return getPolicyFunctionOutput{policy, f.Configuration.RevisionID}, err
}

// policyOf is the whole policy of a function.
func policyOf(f registry.Function) (string, error) {
	p := functionPolicy{Version: "2012-10-17", ID: "default"}
	for _, permission := range f.Permissions {
		p.Statement = append(p.Statement, statementOf(f, permission))
	}
	text, err := json.Marshal(p)
	return string(text), err
}
