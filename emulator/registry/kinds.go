package registry

import "time"

// content is all that an account has; each field is a part of a State by its name.
// Who adds a kind of resource adds a line here and one below, and a file.
type content struct {
	advanced           *cell[time.Duration]
	enforcePermissions *cell[bool]

	functions         *table[Function]            // by name
	authorizers       *table[Authorizer]          // by name
	domains           *table[DomainConfiguration] // by name
	defaultAuthorizer *cell[string]
	serverCerts       *table[ServerCertificate] // by ARN

	things        *table[Thing]        // by name
	thingTypes    *table[ThingType]    // by name
	thingGroups   *table[ThingGroup]   // by name
	billingGroups *table[BillingGroup] // by name
	groupsOf      *relation            // things and their thing groups
	principals    *relation            // things and their principals, with the type

	certificates *table[Certificate]   // by id
	caCerts      *table[CACertificate] // by id
	policies     *table[Policy]        // by name
	attached     *relation             // targets and their policies

	users         *table[User]         // by name
	roles         *table[Role]         // by name
	credentials   *table[Credential]   // by access key id
	identityPools *table[IdentityPool] // by id
	identities    *table[Identity]     // by id
	roleAliases   *table[RoleAlias]    // by name

	topicRules            *table[TopicRule]            // by name
	topicRuleDestinations *table[TopicRuleDestination] // by ARN

	tags *relation // ARNs and the keys of their tags, with the values

	registrationCode *cell[registrationCode]
	logging          *logging
	events           *cell[EventConfigurations]
	indexing         *cell[Indexing]
}

func (r *Registry) newContent() content {
	atFirst := newEventConfigurations(time.Now().UTC().Round(0))
	return content{
		advanced:           addCell[time.Duration](r, "advanced", 0, nil),
		enforcePermissions: addCell(r, "enforcePermissions", r.options.EnforcePermissions, nil),

		functions:         addTable(r, functionShape()),
		authorizers:       addTable(r, authorizerShape()),
		domains:           addTable(r, domainShape()),
		defaultAuthorizer: addCell(r, "defaultAuthorizer", "", (*Registry).mendDefaultAuthorizer),
		serverCerts:       addTable(r, serverCertificateShape()),

		things:        addTable(r, thingShape()),
		thingTypes:    addTable(r, thingTypeShape()),
		thingGroups:   addTable(r, thingGroupShape()),
		billingGroups: addTable(r, billingGroupShape()),
		groupsOf:      addMemberships(r, "groupsOf", (*Registry).mayBeInGroup),
		principals:    addRelation(r, "principals", (*Registry).mayHavePrincipal),

		certificates: addTable(r, certificateShape()),
		caCerts:      addTable(r, caCertificateShape()),
		policies:     addTable(r, policyShape()),
		attached:     addMemberships(r, "attached", (*Registry).mayHavePolicy),

		users:         addTable(r, userShape()),
		roles:         addTable(r, roleShape()),
		credentials:   addTable(r, credentialShape()),
		identityPools: addTable(r, identityPoolShape()),
		identities:    addTable(r, shape[Identity]{kind: "identities"}),
		roleAliases:   addTable(r, roleAliasShape()),

		topicRules:            addTable(r, topicRuleShape()),
		topicRuleDestinations: addTable(r, ruleDestinationShape()),

		tags: addRelation(r, "tags", (*Registry).mayHaveTag),

		registrationCode: addCell(r, "registrationCode", registrationCode{}, nil),
		logging:          addLogging(r),
		events:           addCell(r, "events", atFirst, (*Registry).mendEvents),
		indexing:         addCell(r, "indexing", noIndexing(), nil),
	}
}
