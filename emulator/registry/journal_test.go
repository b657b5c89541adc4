package registry

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"sync"
	"testing"
	"time"
)

// A follower makes a State of what is noted, as a file does.
type follower struct {
	state State
	last  []Change // of the last call
}

func (f *follower) note(changes []Change) {
	f.last = changes
	for _, c := range changes {
		if c.Value == nil {
			delete(f.state[c.Kind], c.Key)
			if len(f.state[c.Kind]) == 0 {
				delete(f.state, c.Kind)
			}
			continue
		}
		f.state.put(c.Kind, c.Key, c.Value())
	}
}

// TestEveryChangeIsNoted: what was noted makes the State that there is, whatever changes
// it.
func TestEveryChangeIsNoted(t *testing.T) {
	o := Options{Region: "eu-west-1", Account: "123456789012"}
	f := &follower{state: must(New(o))(t).State()}
	delete(f.state, "events") // has the time of New
	o.Note = f.note
	r := fullWith(t, o)
	check := func(name string) {
		t.Helper()
		want := r.State()
		if _, ok := f.state["events"]; !ok {
			delete(want, "events")
		}
		if !reflect.DeepEqual(f.state, want) {
			t.Errorf("%s: got another State of what was noted: %s", name, differences(f.state, want))
		}
	}
	check("full")
	for _, tt := range changing(r) {
		before := r.State()
		if err := tt.change(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if reflect.DeepEqual(before, r.State()) {
			t.Errorf("%s: got no change, want one", tt.name)
		}
		check(tt.name)
	}
}

type changeOf struct {
	name   string
	change func() error
}

// changing are operations of all sorts, each on what those before have left.
func changing(r *Registry) []changeOf {
	ignore := func(_ any, err error) error { return err }
	cert, ca := r.Certificates()[0], r.CACertificates()[0]
	to := r.TopicRuleDestinations()[0]
	group, text, off := r.arn("iot", "thinggroup/g"), "other", Inactive
	return []changeOf{
		{"UpdateThing", func() error { return ignore(r.UpdateThing("t", ThingUpdate{Attributes: map[string]string{"a": "b"}})) }},
		{"UpdateThingType", func() error {
			return ignore(r.UpdateThingType("pump", []PropagatingAttribute{{UserPropertyKey: "k", ThingAttribute: "a"}}))
		}},
		{"DeprecateThingType", func() error { return r.DeprecateThingType("pump") }},
		{"UndeprecateThingType", func() error { return r.UndeprecateThingType("pump") }},
		{"UpdateThingGroup", func() error { return ignore(r.UpdateThingGroup("g", ThingGroupUpdate{Description: &text})) }},
		{"UpdateBillingGroup", func() error { return ignore(r.UpdateBillingGroup("b", text, 0)) }},
		{"RemoveThingFromBillingGroup", func() error { return r.RemoveThingFromBillingGroup("t", "b") }},
		{"AddThingToBillingGroup", func() error { return r.AddThingToBillingGroup("t", "b") }},
		{"DeleteBillingGroup", func() error { return r.DeleteBillingGroup("b", 0) }},
		{"RemoveThingFromThingGroup", func() error { return r.RemoveThingFromThingGroup("t", "g") }},
		{"AttachPolicy", func() error { return r.AttachPolicy("p", group) }},
		{"AddThingToThingGroup", func() error { return r.AddThingToThingGroup("t", "g") }},
		{"TagResource", func() error { return r.TagResource(group, map[string]string{"b": "c", "a key": "x"}) }},
		{"UntagResource", func() error { return r.UntagResource(group, []string{"b"}) }},
		{"DeleteThingGroup", func() error { return r.DeleteThingGroup("g", 0) }},
		{"DetachThingPrincipal", func() error { return r.DetachThingPrincipal("t", cert.CertificateArn) }},
		{"DeleteThing", func() error { return r.DeleteThing("t", 0) }},
		{"CreatePolicyVersion", func() error { return ignore(r.CreatePolicyVersion("p", allow, false)) }},
		{"SetDefaultPolicyVersion", func() error { return r.SetDefaultPolicyVersion("p", "4") }},
		{"DeletePolicyVersion", func() error { return r.DeletePolicyVersion("p", "2") }},
		{"DetachPolicy", func() error { return r.DetachPolicy("p", cert.CertificateArn) }},
		{"UpdateCertificateStatus", func() error { return ignore(r.UpdateCertificateStatus(cert.CertificateID, Inactive)) }},
		{"DeleteCertificate", func() error { return r.DeleteCertificate(cert.CertificateID, true) }},
		{"UpdateCACertificate", func() error {
			u := CACertificateUpdate{Status: Inactive, AutoRegistrationStatus: Disable, RemoveAutoRegistration: true}
			return ignore(r.UpdateCACertificate(ca.CertificateID, u))
		}},
		{"DeleteCACertificate", func() error { return r.DeleteCACertificate(ca.CertificateID) }},
		{"ClearDefaultAuthorizer", r.ClearDefaultAuthorizer},
		{"UpdateDomainConfiguration", func() error {
			u := DomainConfigurationUpdate{RemoveAuthorizerConfig: true, DomainConfigurationStatus: Disabled}
			return ignore(r.UpdateDomainConfiguration("d", u))
		}},
		{"DeleteDomainConfiguration", func() error { return r.DeleteDomainConfiguration("d") }},
		{"UpdateAuthorizer", func() error { return ignore(r.UpdateAuthorizer("a", AuthorizerUpdate{Status: &off})) }},
		{"DeleteAuthorizer", func() error { return r.DeleteAuthorizer("a") }},
		{"DeleteServerCertificate", func() error { return r.DeleteServerCertificate(r.ServerCertificates()[0].CertificateArn) }},
		{"DeleteFunction", func() error { return r.DeleteFunction("f") }},
		{"UpdateRoleAlias", func() error { return ignore(r.UpdateRoleAlias("ra", "", 1000)) }},
		{"DeleteRoleAlias", func() error { return r.DeleteRoleAlias("ra") }},
		{"ReplaceTopicRule", func() error { return ignore(r.ReplaceTopicRule(TopicRule{RuleName: "tr", SQL: "SELECT 1"})) }},
		{"DisableTopicRule", func() error { return r.DisableTopicRule("tr") }},
		{"EnableTopicRule", func() error { return r.EnableTopicRule("tr") }},
		{"DeleteTopicRule", func() error { return r.DeleteTopicRule("tr") }},
		{"SettleConfirmation", func() error { return r.SettleConfirmation(to.Arn, to.ConfirmationToken, "sent", false) }},
		{"ConfirmTopicRuleDestination", func() error { return r.ConfirmTopicRuleDestination(to.ConfirmationToken) }},
		{"UpdateTopicRuleDestination", func() error { return r.UpdateTopicRuleDestination(to.Arn, DestinationInProgress) }},
		{"EnableDestinations", func() error { return r.EnableDestinations(func(string) bool { return true }) }},
		{"DeleteTopicRuleDestination", func() error { return r.DeleteTopicRuleDestination(to.Arn) }},
		{"LinkIdentity", func() error {
			return ignore(r.LinkIdentity(r.Identities()[0].IdentityID, map[string]string{"x": "y"}))
		}},
		{"DeleteLogLevel", func() error { return r.DeleteLogLevel(LogTarget{TargetThingGroup, "g"}) }},
		{"SetLogLevel", func() error { return r.SetLogLevel(LogTarget{TargetType: TargetDefault}, LogError) }},
		{"DeleteRegistrationCode", r.DeleteRegistrationCode},
		{"UpdateEventConfigurations", func() error { return r.UpdateEventConfigurations(map[string]bool{"JOB": true}) }},
		{"Advance", func() error { return r.Advance(48 * time.Hour) }},
		{"AddRootKey", func() error { return ignore(r.AddRootKey()) }},
		{"UpdateIndexing", func() error { return r.UpdateIndexing(&ThingIndexing{ThingIndexingMode: IndexRegistry}, nil) }},
		{"IssueCredential", func() error { // forgets the old ones
			return ignore(r.IssueCredential(Credential{RoleName: "r"}, time.Hour))
		}},
		{"Replace", func() error {
			return r.Replace(func(live State) State {
				next := maps.Clone(live)
				delete(next, "thingTypes")
				return next
			})
		}},
	}
}

// TestAChangeTouchesWhatItChanges: however much there is beside.
func TestAChangeTouchesWhatItChanges(t *testing.T) {
	f := &follower{state: State{}}
	r := must(New(Options{Note: f.note}))(t)
	for i := range 1000 {
		must(r.CreateThing(Thing{ThingName: fmt.Sprint("t", i)}))(t)
	}
	must(r.CreateThing(Thing{ThingName: "one"}))(t)
	if len(f.last) != 1 || f.last[0].Kind != "things" || f.last[0].Key != "one" {
		t.Errorf("got %d changes, want the one (issue 12)", len(f.last))
	}
	var saved map[string]any
	if err := json.Unmarshal(f.last[0].Value(), &saved); err != nil || saved["ThingName"] != "one" {
		t.Errorf("got %v, %v, want the thing", saved, err)
	}
	before := f.last
	expect(t, "once more", second(r.CreateThing(Thing{ThingName: "one"})), "", "", "A-350")
	if &f.last[0] != &before[0] {
		t.Error("got changes noted, want none of what is as it was")
	}
}

// TestNotesAreInOrder: of what several change at once the last note is what there is.
func TestNotesAreInOrder(t *testing.T) {
	f := &follower{state: State{}}
	r := must(New(Options{Note: f.note}))(t)
	must(r.CreateThing(Thing{ThingName: "t"}))(t)
	var working sync.WaitGroup
	for c := range 4 {
		working.Go(func() {
			for i := range 50 {
				_, _ = r.UpdateThing("t", ThingUpdate{Attributes: map[string]string{"by": fmt.Sprint(c, "-", i)}})
			}
		})
	}
	working.Wait()
	if got, want := string(f.state["things"]["t"]), string(r.State()["things"]["t"]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// BenchmarkCreateThing beside so many others, in memory.
func BenchmarkCreateThing(b *testing.B) {
	for _, things := range []int{10, 100_000} {
		b.Run(fmt.Sprint(things, " things"), func(b *testing.B) {
			r, err := New(Options{})
			if err != nil {
				b.Fatal(err)
			}
			for i := range things {
				_, _ = r.CreateThing(Thing{ThingName: fmt.Sprint("thing-", i)})
			}
			for i := 0; b.Loop(); i++ {
				if _, err := r.CreateThing(Thing{ThingName: fmt.Sprint("new-", i)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
