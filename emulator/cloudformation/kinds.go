package cloudformation

// A kind is what the template knows of one kind of resource. Each has a file here.
type kind struct {
	name   string          // as in suback.yaml
	add    func(*template) // nil: CloudFormation has nothing like it
	finish func(*template) // what comes after all others, and what is only listed; may be nil
}

// kinds are all of them; what others refer to comes before them.
func kinds() []kind {
	return []kind{
		{"authorizers", (*template).addAuthorizers, (*template).noteDefaultAuthorizer},
		{"functions", (*template).addPermissions, nil},
		{"serverCertificates", nil, (*template).noteServerCertificates},
		{"roles", (*template).addRoles, nil},
		{"credentials", (*template).addUsers, nil},
		{"domainConfigurations", (*template).addDomains, nil},
		{"policies", (*template).addPolicies, nil},
		{"caCertificates", (*template).addCACertificates, nil},
		{"certificates", (*template).addCertificates, (*template).addAttachments},
		{"thingTypes", (*template).addThingTypes, nil},
		{"billingGroups", (*template).addBillingGroups, nil},
		{"things", (*template).addThings, nil},
		{"thingGroups", (*template).addThingGroups, nil},
		{"roleAliases", (*template).addRoleAliases, nil},
		{"topicRuleDestinations", (*template).addTopicRuleDestinations, nil},
		{"topicRules", (*template).addTopicRules, nil},
		{"identityPools", (*template).addIdentityPools, nil},
		{"identities", (*template).noteIdentities, nil},
		{"v2LoggingOptions", (*template).addLogging, (*template).noteV1Logging},
		{"thingIndexingConfiguration", nil, (*template).noteIndexing},
		{"eventConfigurations", nil, (*template).noteEvents},
	}
}
