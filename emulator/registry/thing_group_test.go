package registry

import (
	"fmt"
	"slices"
	"testing"
)

func TestCreateThingGroup(t *testing.T) {
	r := newRegistry(t, Options{})
	root := must(r.CreateThingGroup(ThingGroup{ThingGroupName: "level1", Description: "all"}))(t)
	if root.ThingGroupArn != "arn:aws:iot:us-east-1:000000000000:thinggroup/level1" || root.Version != 1 || root.CreationDate.IsZero() {
		t.Errorf("got %+v, want its ARN, version 1 and a date (API:DescribeThingGroup)", root)
	}
	for i := 2; i <= 7; i++ {
		must(r.CreateThingGroup(ThingGroup{ThingGroupName: fmt.Sprintf("level%d", i), ParentGroupName: fmt.Sprintf("level%d", i-1)}))(t)
	}
	tests := []struct {
		name       string
		group      ThingGroup
		code, part string
		source     string
	}{
		{"8th level", ThingGroup{ThingGroupName: "g", ParentGroupName: "level7"}, InvalidRequest,
			"parentGroupName puts it on level 8, want at most 7", "Q"},
		{"unknown parent", ThingGroup{ThingGroupName: "g", ParentGroupName: "nobody"}, NotFound, `thing group "nobody"`, "API:CreateThingGroup"},
		{"odd name", ThingGroup{ThingGroupName: "a/b"}, InvalidRequest, "thingGroupName has '/'", "API:CreateThingGroup"},
		{"the same again", ThingGroup{ThingGroupName: "level1", Description: "all"}, "", "", "API:CreateThingGroup"},
		{"another of that name", ThingGroup{ThingGroupName: "level1"}, AlreadyExists, "", "API:CreateThingGroup"},
	}
	for _, tt := range tests {
		_, err := r.CreateThingGroup(tt.group)
		expect(t, tt.name, err, tt.code, tt.part, tt.source)
	}
}

func TestUpdateThingGroup(t *testing.T) {
	r := newRegistry(t, Options{})
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "g", Description: "old", Attributes: map[string]string{"a": "1"}}))(t)
	description := "new"
	g, err := r.UpdateThingGroup("g",
		ThingGroupUpdate{Description: &description, Attributes: map[string]string{"b": "2"}, Merge: true, ExpectedVersion: 1})
	if got := fmt.Sprint(g.Description, g.Attributes, g.Version); err != nil || got != "newmap[a:1 b:2] 2" {
		t.Errorf("got %s, %v, want the new description, both attributes and version 2 (API:UpdateThingGroup)", got, err)
	}
	_, err = r.UpdateThingGroup("g", ThingGroupUpdate{ExpectedVersion: 1})
	expect(t, "old version", err, VersionConflict, "want 2", "API:UpdateThingGroup")
	_, err = r.UpdateThingGroup("x", ThingGroupUpdate{})
	expect(t, "unknown", err, NotFound, "", "API:UpdateThingGroup")
}

func TestThingsInGroups(t *testing.T) {
	r := newRegistry(t, Options{})
	for _, name := range []string{"b", "a"} {
		must(r.CreateThing(Thing{ThingName: name}))(t)
	}
	for i := range 11 {
		must(r.CreateThingGroup(ThingGroup{ThingGroupName: fmt.Sprintf("g%02d", i)}))(t)
	}
	for i := range 10 {
		expect(t, "add", r.AddThingToThingGroup("a", fmt.Sprintf("g%02d", i)), "", "", "API")
	}
	expect(t, "11th group", r.AddThingToThingGroup("a", "g10"), InvalidRequest, "is in 10 thing groups, want at most 10", "Q")
	expect(t, "again", r.AddThingToThingGroup("a", "g00"), "", "", "API:AddThingToThingGroup")
	expect(t, "another thing", r.AddThingToThingGroup("b", "g00"), "", "", "API:AddThingToThingGroup")
	expect(t, "unknown thing", r.AddThingToThingGroup("x", "g00"), NotFound, `thing "x"`, "API:AddThingToThingGroup")
	expect(t, "unknown group", r.AddThingToThingGroup("a", "x"), NotFound, `thing group "x"`, "API:AddThingToThingGroup")
	if got := r.ThingsIn("g00"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("ThingsIn: got %v, want a and b (design: stable order)", got)
	}
	expect(t, "remove", r.RemoveThingFromThingGroup("a", "g00"), "", "", "API")
	expect(t, "remove again", r.RemoveThingFromThingGroup("a", "g00"), "", "", "API")
	if got := r.ThingGroupsOf("a"); len(got) != 9 || got[0] != "g01" {
		t.Errorf("ThingGroupsOf: got %v, want g01 to g09 (API:ListThingGroupsForThing)", got)
	}
}

func TestDeleteThingGroup(t *testing.T) {
	r := newRegistry(t, Options{})
	parent := must(r.CreateThingGroup(ThingGroup{ThingGroupName: "parent"}))(t)
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "child", ParentGroupName: "parent"}))(t)
	must(r.CreatePolicy("p", allow))(t)
	expect(t, "attach", r.AttachPolicy("p", parent.ThingGroupArn), "", "", "API")
	expect(t, "a child", r.DeleteThingGroup("parent", 0), InvalidRequest, `child group "child"`, "I:getmoto/moto#2941")
	expect(t, "wrong version", r.DeleteThingGroup("child", 2), VersionConflict, "", "API:DeleteThingGroup")
	expect(t, "the child", r.DeleteThingGroup("child", 1), "", "", "API:DeleteThingGroup")
	expect(t, "with a policy", r.DeleteThingGroup("parent", 0), "", "", "D:thing-groups")
	expect(t, "gone", r.DeleteThingGroup("parent", 0), "", "", "API:DeleteThingGroup: succeeds for a group that does not exist")
	if got := r.TargetsOf("p"); len(got) != 0 || len(r.ThingGroups()) != 0 {
		t.Errorf("got targets %v, want none (D:thing-groups)", got)
	}
}
