package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// Policies
//
//   - their rules are the registry's [B-113, B-127, B-129], but for variables
//     that AWS IoT does not know: the configuration file may describe policies of
//     IAM too, which have others [B-338]
//   - what a document hardly means goes to the log [B-109, B-201, B-314]
//   - ListPolicies sorts by creation, newest first

func (s *service) policyOperations() operations {
	return operations{
		"CreatePolicy": register(s.createPolicy),
		"GetPolicy":    register(s.getPolicy),
		"DeletePolicy": register(s.deletePolicy),
		"ListPolicies": register(s.listPolicies),
	}
}

type policyName struct {
	PolicyName string `json:"policyName"`
}

type createPolicyInput struct {
	PolicyName     string `json:"policyName"`
	PolicyDocument string `json:"policyDocument"`
	Tags           []tag  `json:"tags"`
}

type createPolicyOutput struct {
	PolicyName      string `json:"policyName"`
	PolicyArn       string `json:"policyArn"`
	PolicyDocument  string `json:"policyDocument"`
	PolicyVersionID string `json:"policyVersionId"`
}

func (s *service) createPolicy(_ context.Context, in createPolicyInput) (createPolicyOutput, error) {
	if err := checkVariables(in.PolicyName, in.PolicyDocument); err != nil {
		return createPolicyOutput{}, err
	}
	p, err := s.registry.CreatePolicy(in.PolicyName, in.PolicyDocument)
	if err != nil {
		return createPolicyOutput{}, err
	}
	if err := s.tagNew(p.PolicyArn, in.Tags,
		func() error { return s.registry.DeletePolicy(p.PolicyName) }); err != nil {
		return createPolicyOutput{}, err
	}
	v := p.Default()
	s.warn(p.PolicyName, v)
	return createPolicyOutput{p.PolicyName, p.PolicyArn, v.Document, v.VersionID}, nil
}

// checkVariables refuses variables that AWS IoT does not know. What else is wrong
// with a document is not said here.
func checkVariables(name, text string) error {
	d, err := policy.Parse(name, []byte(text))
	if err != nil || len(d.Misspelt()) == 0 {
		return nil
	}
	m := d.Misspelt()[0]
	return refuse(registry.MalformedPolicy, "Policy document is Malformed: Invalid policy syntax.").
		because("A-331", malformedHint, "policy %q: %s has ${%s}, which is no policy variable; names count as written, want "+
			"such as ${%s}", name, m.Path, m.Name, m.Want)
}

// warn logs what a document has that AWS takes and that hardly says what it is
// meant to [B-109, B-201, B-314]. The caller is told nothing, as on AWS.
func (s *service) warn(policy string, v registry.PolicyVersion) {
	if s.Log == nil {
		return
	}
	for _, w := range v.Parsed.Warnings() {
		s.Log.Warn("a policy was taken that may not mean what it says", "policy", policy, "version", v.VersionID,
			"warning", w.Text, "hint", authn.Note{Rule: w.Rule}.Cure(), "rule", w.Rule)
	}
}

type getPolicyOutput struct {
	PolicyName       string `json:"policyName"`
	PolicyArn        string `json:"policyArn"`
	PolicyDocument   string `json:"policyDocument"`
	DefaultVersionID string `json:"defaultVersionId"`
	CreationDate     date   `json:"creationDate"`
	LastModifiedDate date   `json:"lastModifiedDate"`
	GenerationID     string `json:"generationId"`
}

func (s *service) getPolicy(_ context.Context, in policyName) (getPolicyOutput, error) {
	p, err := s.policy(in.PolicyName)
	if err != nil {
		return getPolicyOutput{}, err
	}
	v := p.Default()
	modified := v.CreateDate
	for _, v := range p.Versions {
		if v.CreateDate.After(modified) {
			modified = v.CreateDate
		}
	}
	return getPolicyOutput{
		PolicyName: p.PolicyName, PolicyArn: p.PolicyArn, PolicyDocument: v.Document, DefaultVersionID: v.VersionID,
		CreationDate: date{created(p)}, LastModifiedDate: date{modified}, GenerationID: generation(p, v),
	}, nil
}

// policy finds a policy, or says that there is none.
func (s *service) policy(name string) (registry.Policy, error) {
	p, ok := s.registry.Policy(name)
	if !ok {
		return p, missing("policy", name)
	}
	return p, nil
}

// created is when the oldest version there is was made.
func created(p registry.Policy) time.Time { return p.Versions[0].CreateDate }

func (s *service) deletePolicy(_ context.Context, in policyName) (none, error) {
	return none{}, s.registry.DeletePolicy(in.PolicyName)
}

// A policySummary is AWS's type Policy.
type policySummary struct {
	PolicyName string `json:"policyName"`
	PolicyArn  string `json:"policyArn,omitempty"`
}

type policiesOutput struct {
	Policies   []policySummary `json:"policies"`
	NextMarker string          `json:"nextMarker,omitempty"`
}

func (s *service) listPolicies(_ context.Context, in listing) (policiesOutput, error) {
	key := func(p registry.Policy) string { return byCreation(created(p), p.PolicyName) }
	part, next, err := page("ListPolicies", in, s.registry.Policies(), key, newestFirst)
	return policiesOutput{summaries(part), next}, err
}

func summaries(policies []registry.Policy) []policySummary {
	out := []policySummary{}
	for _, p := range policies {
		out = append(out, policySummary{p.PolicyName, p.PolicyArn})
	}
	return out
}

// byCreation is a key for page that sorts by time, then by name.
func byCreation(t time.Time, name string) string {
	return fmt.Sprintf("%020d %s", t.UnixNano(), name)
}

// generation is an id that another policy of the same name would not have.
func generation(p registry.Policy, v registry.PolicyVersion) string {
	sum := sha256.Sum256([]byte(p.PolicyArn + " " + v.VersionID + " " +
		strconv.FormatInt(v.CreateDate.UnixNano(), 10)))
	return hex.EncodeToString(sum[:])
}
