package registry

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A change has the messages that AWS's page lists, of the types that are switched on.
func TestEvents(t *testing.T) {
	var told []Event
	r := newRegistry(t, Options{Account: "123456789012", Announce: func(e Event) { told = append(told, e) }})
	take := func() (lines []string) {
		for _, e := range told {
			var m map[string]any
			if err := json.Unmarshal(e.Payload, &m); err != nil {
				t.Fatal(err)
			}
			if id, _ := m["eventId"].(string); !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) {
				t.Errorf("%s: got the eventId %q, want 32 hexadecimal digits (A-344)", e.Topic, id)
			}
			if ms, _ := m["timestamp"].(float64); time.Since(time.UnixMilli(int64(ms))).Abs() > time.Hour {
				t.Errorf("%s: got the timestamp %v, want ms of now (A-344)", e.Topic, m["timestamp"])
			}
			for _, key := range []string{"eventId", "timestamp", "deprecationDate"} {
				if m[key] != nil {
					delete(m, key)
				}
			}
			for key, v := range m { // a UUID or an ARN of something that has a name
				if text, _ := v.(string); strings.HasSuffix(key, "Id") && len(text) == 36 {
					m[key] = "-"
				}
			}
			rest, _ := json.Marshal(m)
			lines = append(lines, strings.TrimPrefix(e.Topic, "$aws/events/")+" "+string(rest))
		}
		told = nil
		return lines
	}

	must(r.CreateThing(Thing{ThingName: "early"}))(t)
	if got := take(); got != nil {
		t.Errorf("off: got %q, want nothing (A-343)", got)
	}
	enabled := map[string]bool{}
	for name := range r.EventConfigurations().Enabled {
		enabled[name] = true
	}
	expect(t, "on", r.UpdateEventConfigurations(enabled), "", "", "A-343")

	const account = `"accountId":"123456789012",`
	thing := func(topic, attributes, operation, version, typeName string) string {
		return fmt.Sprintf(`thing/%s {%s"attributes":%s,"billinGroupName":null,"eventType":"THING_EVENT","operation":"%s",`+
			`"thingId":"-","thingName":"T","thingTypeName":%s,"versionNumber":%s}`, topic, account, attributes, operation, typeName, version)
	}
	association := func(operation, typeName string) string {
		return fmt.Sprintf(`thingTypeAssociation/thing/T/thingType/%s/%s {"eventType":"THING_TYPE_ASSOCIATION_EVENT","operation":"%s",`+
			`"thingId":"-","thingName":"T","thingTypeName":"%[1]s"}`, typeName, strings.ToLower(operation), operation)
	}
	thingType := func(operation, rest string) string {
		return fmt.Sprintf(`thingType/lamp/%s {%s%s,"eventType":"THING_TYPE_EVENT",%s,"operation":"%s","propagatingAttributes":[],`+
			`"searchableAttributes":["a"],"thingTypeId":"-","thingTypeName":"lamp"}`,
			strings.ToLower(operation), account, strings.Split(rest, ";")[0], strings.Split(rest, ";")[1], operation)
	}
	group := func(operation, name, description, above, parent, version string) string {
		id := "null"
		if parent != "null" {
			id = `"-"`
		}
		return fmt.Sprintf(`thingGroup/%s/%s {%s"attributes":{},"description":%s,"dynamicGroupMappingId":null,`+
			`"eventType":"THING_GROUP_EVENT","operation":"%s","parentGroupId":%s,"parentGroupName":%s,"rootToParentThingGroups":%s,`+
			`"thingGroupId":"-","thingGroupName":"%[1]s","versionNumber":%[9]s}`,
			name, strings.ToLower(operation), account, description, operation, id, parent, above, version)
	}
	child := func(operation string) string {
		return fmt.Sprintf(`thingGroupHierarchy/thingGroup/all/childThingGroup/some/%s {%s"childGroupId":"-","childGroupName":"some",`+
			`"eventType":"THING_GROUP_HIERARCHY_EVENT","operation":"%s","thingGroupId":"-","thingGroupName":"all"}`,
			strings.ToLower(operation), account, operation)
	}
	member := func(operation string) string {
		return fmt.Sprintf(`thingGroupMembership/thingGroup/some/thing/T/%s {%s"eventType":"THING_GROUP_MEMBERSHIP_EVENT",`+
			`"groupArn":"arn:aws:iot:us-east-1:123456789012:thinggroup/some","groupId":"-","membershipId":"-","operation":"%s",`+
			`"thingArn":"arn:aws:iot:us-east-1:123456789012:thing/T","thingId":"-"}`, strings.ToLower(operation), account, operation)
	}
	all := must(r.CreateThingGroup(ThingGroup{ThingGroupName: "all"}))(t)
	take()
	above := fmt.Sprintf(`[{"groupArn":"%s","groupId":"%s"}]`, all.ThingGroupArn, all.ThingGroupID)
	lamp := ThingType{ThingTypeName: "lamp", Description: "d", SearchableAttributes: []string{"a"}}
	bright, description := map[string]string{"lumen": "9"}, "new"

	for _, tt := range []struct {
		name   string
		do     func() error
		want   []string
		source string
	}{
		{"type", func() error { _, err := r.CreateThingType(lamp); return err },
			[]string{thingType(created, `"deprecationDate":null,"description":"d";"isDeprecated":false`)}, "A-344"},
		{"type again", func() error { _, err := r.CreateThingType(lamp); return err }, nil, "A-344"},
		{"thing", func() error { _, err := r.CreateThing(Thing{ThingName: "T"}); return err },
			[]string{thing("T/created", "{}", created, "1", "null")}, "A-344"},
		{"thing again", func() error { _, err := r.CreateThing(Thing{ThingName: "T"}); return err }, nil, "A-344"},
		{"attributes", func() error { _, err := r.UpdateThing("T", ThingUpdate{Attributes: bright}); return err },
			[]string{thing("T/updated", `{"lumen":"9"}`, updated, "2", "null")}, "A-344"},
		{"of a type", func() error { _, err := r.UpdateThing("T", ThingUpdate{ThingTypeName: "lamp"}); return err },
			[]string{thing("T/updated", `{"lumen":"9"}`, updated, "3", `"lamp"`), association(added, "lamp")}, "A-344"},
		{"of none", func() error { _, err := r.UpdateThing("T", ThingUpdate{RemoveThingType: true}); return err },
			[]string{thing("T/updated", `{"lumen":"9"}`, updated, "4", "null"), association(removed, "lamp")}, "A-344"},
		{"refused", func() error { _, _ = r.UpdateThing("T", ThingUpdate{ExpectedVersion: 9}); return nil }, nil, "A-344"},
		{"group", func() error {
			_, err := r.CreateThingGroup(ThingGroup{ThingGroupName: "some", ParentGroupName: "all"})
			return err
		}, []string{group(created, "some", "null", above, `"all"`, "1"), child(added)}, "A-344"},
		{"description", func() error {
			_, err := r.UpdateThingGroup("some", ThingGroupUpdate{Description: &description})
			return err
		},
			[]string{group(updated, "some", `"new"`, above, `"all"`, "2")}, "A-344"},
		{"into a group", func() error { return r.AddThingToThingGroup("T", "some") }, []string{member(added)}, "A-344"},
		{"into it again", func() error { return r.AddThingToThingGroup("T", "some") }, nil, "A-344"},
		{"out of it", func() error { return r.RemoveThingFromThingGroup("T", "some") }, []string{member(removed)}, "A-344"},
		{"out of it again", func() error { return r.RemoveThingFromThingGroup("T", "some") }, nil, "A-344"},
		{"in it", func() error { return r.AddThingToThingGroup("T", "some") }, []string{member(added)}, "A-344"},
		{"thing gone", func() error { return r.DeleteThing("T", 0) },
			[]string{thing("T/deleted", `{"lumen":"9"}`, deleted, "4", "null")}, "A-344, guess"},
		{"thing gone before", func() error { return r.DeleteThing("T", 0) }, nil, "A-344"},
		{"group gone", func() error { return r.DeleteThingGroup("some", 0) },
			[]string{group(deleted, "some", `"new"`, above, `"all"`, "2"), child(removed)}, "A-344"},
		{"root gone", func() error { return r.DeleteThingGroup("all", 0) }, []string{group(deleted, "all", "null", "[]", "null", "1")}, "A-344"},
		{"deprecated", func() error { return r.DeprecateThingType("lamp") },
			[]string{thingType(updated, `"description":"d";"isDeprecated":true`)}, "A-344"},
		{"deprecated again", func() error { return r.DeprecateThingType("lamp") }, nil, "A-344"},
		{"not deprecated", func() error { return r.UndeprecateThingType("lamp") },
			[]string{thingType(updated, `"deprecationDate":null,"description":"d";"isDeprecated":false`)}, "A-344"},
		{"off again", func() error { return r.UpdateEventConfigurations(map[string]bool{"THING_TYPE": false}) }, nil, "A-343"},
		{"deprecated, off", func() error { return r.DeprecateThingType("lamp") }, nil, "A-343"},
	} {
		expect(t, tt.name, tt.do(), "", "", tt.source)
		if got := take(); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\ngot  %q\nwant %q (%s)", tt.name, got, tt.want, tt.source)
		}
	}
}
