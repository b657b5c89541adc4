package cloudformation

// Thing groups: CloudFormation gives them no policies, so these are listed.

const groupResource = "AWS::IoT::ThingGroup"

func (t *template) addThingGroups() {
	for _, g := range t.ThingGroups() {
		properties := map[string]any{"ThingGroupName": g.ThingGroupName, "ParentGroupName": g.ParentGroupName,
			"Tags": t.tagsWithValues(groupResource, g.ThingGroupName, g.ThingGroupArn)}
		of := map[string]any{}
		if g.Description != "" {
			of["ThingGroupDescription"] = g.Description
		}
		if len(g.Attributes) > 0 {
			of["AttributePayload"] = map[string]any{"Attributes": g.Attributes}
		}
		if len(of) > 0 {
			properties["ThingGroupProperties"] = of
		}
		var parent []string
		if g.ParentGroupName != "" {
			parent = []string{t.id(groupResource, g.ParentGroupName)}
		}
		t.add(groupResource, g.ThingGroupName, properties, parent...)
		for _, name := range t.attached(g.ThingGroupArn) {
			t.note("policy %s of thing group %s", name, g.ThingGroupName)
		}
	}
}
