package cloudformation

func (t *template) addBillingGroups() {
	for _, g := range t.BillingGroups() {
		properties := map[string]any{"BillingGroupName": g.BillingGroupName,
			"Tags": t.tagsWithValues("AWS::IoT::BillingGroup", g.BillingGroupName, g.BillingGroupArn)}
		if g.Description != "" {
			properties["BillingGroupProperties"] = map[string]any{"BillingGroupDescription": g.Description}
		}
		t.add("AWS::IoT::BillingGroup", g.BillingGroupName, properties)
	}
}
