package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Billing groups in suback.yaml.

func billingGroupKind() kind {
	return listed("billingGroups", func(c *Config) *[]registry.BillingGroup { return &c.BillingGroups },
		(*registry.Registry).CreateBillingGroup, (*exporting).BillingGroups)
}
