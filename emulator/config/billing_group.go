package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Billing groups in suback.yaml and in a CloudFormation template.

func billingGroupKind() kind {
	k := listed("billingGroups", func(c *Config) *[]registry.BillingGroup { return &c.BillingGroups },
		(*registry.Registry).CreateBillingGroup, (*exporting).BillingGroups)
	k.add = (*template).addBillingGroups
	return k
}

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
