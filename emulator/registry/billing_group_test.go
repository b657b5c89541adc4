package registry

import (
	"slices"
	"testing"
)

func TestBillingGroups(t *testing.T) {
	r := newRegistry(t, Options{})
	g := must(r.CreateBillingGroup(BillingGroup{BillingGroupName: "b", Description: "all"}))(t)
	if g.BillingGroupArn != "arn:aws:iot:us-east-1:000000000000:billinggroup/b" || g.Version != 1 || len(g.BillingGroupID) != 36 {
		t.Errorf("got %+v, want its ARN, a UUID and version 1 (API:DescribeBillingGroup)", g)
	}
	_, err := r.CreateBillingGroup(BillingGroup{BillingGroupName: "b", Description: "all"})
	expect(t, "the same again", err, "", "", "API:CreateBillingGroup")
	_, err = r.CreateBillingGroup(BillingGroup{BillingGroupName: "b"})
	expect(t, "another of that name", err, AlreadyExists, "", "API:CreateBillingGroup")
	_, err = r.CreateBillingGroup(BillingGroup{BillingGroupName: "a b"})
	expect(t, "odd name", err, InvalidRequest, "billingGroupName has ' '", "API:CreateBillingGroup")
	g, err = r.UpdateBillingGroup("b", "some", 1)
	if err != nil || g.Version != 2 || g.Description != "some" {
		t.Errorf("got %+v, %v, want version 2 (API:UpdateBillingGroup)", g, err)
	}
	_, err = r.UpdateBillingGroup("b", "x", 1)
	expect(t, "old version", err, VersionConflict, "want 2", "API:UpdateBillingGroup")
	_, err = r.UpdateBillingGroup("x", "x", 0)
	expect(t, "unknown", err, NotFound, "", "API:UpdateBillingGroup")
}

func TestThingsInBillingGroups(t *testing.T) {
	r := newRegistry(t, Options{})
	for _, name := range []string{"b1", "b2"} {
		must(r.CreateBillingGroup(BillingGroup{BillingGroupName: name}))(t)
	}
	must(r.CreateThing(Thing{ThingName: "x", BillingGroupName: "b1"}))(t)
	must(r.CreateThing(Thing{ThingName: "y", BillingGroupName: "b1"}))(t)
	expect(t, "move", r.AddThingToBillingGroup("x", "b2"), "", "", "D:tagging-iot-billing-groups")
	expect(t, "out of another", r.RemoveThingFromBillingGroup("x", "b1"), "", "", "API:RemoveThingFromBillingGroup")
	if got := r.ThingsInBillingGroup("b2"); !slices.Equal(got, []string{"x"}) {
		t.Errorf("got %v, want x (API:ListThingsInBillingGroup)", got)
	}
	expect(t, "wrong version", r.DeleteBillingGroup("b1", 9), VersionConflict, "", "API:DeleteBillingGroup")
	expect(t, "full", r.DeleteBillingGroup("b1", 1), "", "", "A-350")
	if y, _ := r.Thing("y"); y.BillingGroupName != "" {
		t.Errorf("got billing group %q, want none after it was deleted (A-350)", y.BillingGroupName)
	}
	expect(t, "out", r.RemoveThingFromBillingGroup("x", "b2"), "", "", "API:RemoveThingFromBillingGroup")
	if got := r.ThingsInBillingGroup("b2"); len(got) != 0 {
		t.Errorf("got %v, want none (API:RemoveThingFromBillingGroup)", got)
	}
	expect(t, "unknown thing", r.AddThingToBillingGroup("z", "b2"), NotFound, `thing "z"`, "API:AddThingToBillingGroup")
	expect(t, "unknown group", r.AddThingToBillingGroup("x", "b3"), NotFound, `billing group "b3"`, "API:AddThingToBillingGroup")
	expect(t, "gone", r.DeleteBillingGroup("b1", 0), "", "", "API:DeleteBillingGroup")
	if all := r.BillingGroups(); len(all) != 1 || all[0].BillingGroupName != "b2" {
		t.Errorf("got %v, want b2 (API:ListBillingGroups)", all)
	}
}
