package stack

import "github.com/suback/suback/emulator/tree"

// Kinds of resources that are taken: each has a file, which says where its properties go.

// A kind is what is known of one type of CloudFormation's.
type kind struct {
	phase     phase
	take      func(*resource)
	attribute attributes // nil: nothing but that it is not known
	silent    []string   // properties that mean nothing here
}

// kinds are all of them, by type.
func kinds() map[string]kind {
	return map[string]kind{
		"AWS::IoT::Authorizer":                     authorizerKind(),
		"AWS::IoT::DomainConfiguration":            domainKind(),
		"AWS::IoT::Policy":                         policyKind(),
		"AWS::IoT::PolicyPrincipalAttachment":      policyAttachmentKind(),
		"AWS::IoT::Thing":                          thingKind(),
		"AWS::IoT::ThingType":                      thingTypeKind(),
		"AWS::IoT::ThingGroup":                     thingGroupKind(),
		"AWS::IoT::BillingGroup":                   billingGroupKind(),
		"AWS::IoT::ThingPrincipalAttachment":       thingAttachmentKind(),
		"AWS::IoT::Certificate":                    certificateKind(),
		"AWS::IoT::CACertificate":                  caCertificateKind(),
		"AWS::IoT::RoleAlias":                      roleAliasKind(),
		"AWS::IoT::Logging":                        loggingKind(),
		"AWS::IoT::ResourceSpecificLogging":        logLevelKind(),
		"AWS::IoT::TopicRule":                      topicRuleKind(),
		"AWS::IoT::TopicRuleDestination":           topicRuleDestinationKind(),
		"AWS::IAM::Role":                           roleKind(),
		"AWS::IAM::ManagedPolicy":                  managedPolicyKind("ManagedPolicyName"),
		"AWS::IAM::Policy":                         managedPolicyKind("PolicyName"),
		"AWS::Cognito::IdentityPool":               identityPoolKind(),
		"AWS::Cognito::IdentityPoolRoleAttachment": identityPoolRolesKind(),
		"AWS::Lambda::Function":                    functionKind(),
		"AWS::Serverless::Function":                serverlessFunctionKind(),
		"AWS::Lambda::Permission":                  permissionKind(),
		"AWS::Lambda::Alias":                       functionAliasKind(),
		"AWS::Lambda::Version":                     functionAliasKind(),
	}
}

// at is where a property stands, or else the resource.
func (r *resource) place(property string) tree.Spot {
	if v := r.body.Path("Properties", property); v != nil {
		return v.At
	}
	return r.at
}
