package control

import (
	"maps"
	"slices"
)

// operations are all operations there are, by resource.
func (s *service) operations() operations {
	table := operations{}
	for _, resource := range []operations{
		s.authorizerOperations(),
		s.defaultAuthorizerOperations(),
		s.domainOperations(),
		s.endpointOperations(),
		s.policyOperations(),
		s.policyVersionOperations(),
		s.policyTargetOperations(),
		s.testAuthorizationOperations(),
		s.tagOperations(),
		s.certificateOperations(),
		s.newCertificateOperations(),
		s.caCertificateOperations(),
		s.registrationCodeOperations(),
		s.roleAliasOperations(),
		s.topicRuleOperations(),
		s.topicRuleDestinationOperations(),
		s.thingPrincipalOperations(),
		s.loggingOperations(),
		s.eventConfigurationOperations(),
		s.indexingOperations(),
		s.connectivityOperations(),
		s.thingOperations(),
		s.thingTypeOperations(),
		s.thingGroupOperations(),
		s.thingGroupMemberOperations(),
		s.billingGroupOperations(),
	} {
		maps.Copy(table, resource)
	}
	return table
}

// Operations returns the names of AWS IoT's operations, sorted: those that a
// Handler does, and those that it answers with 501.
func (h *Handler) Operations() (implemented, missing []string) {
	s := h.service()
	for _, name := range slices.Sorted(maps.Keys(s.model.Operations)) {
		if _, ok := s.table[name]; ok {
			implemented = append(implemented, name)
		} else {
			missing = append(missing, name)
		}
	}
	return implemented, missing
}
