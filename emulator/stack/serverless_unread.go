package stack

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Keys of a serverless.yml: each is read, means nothing here, or is told.

// Keys that are read, and behind the bar those that mean nothing here: what is about packaging,
// deploying, the role, the network and the logs.
const (
	topKeys = `service provider functions resources custom | frameworkVersion app org tenant useDotenv package
		configValidationMode deprecationNotificationMode disabledDeprecations unresolvedVariablesNotificationMode
		variablesResolutionMode licenseKey`
	providerKeys = `name runtime stage region timeout memorySize environment tags | iam iamRoleStatements
		iamManagedPolicies role rolePermissionsBoundary cfnRole vpc logs logRetentionInDays tracing architecture
		profile stackName stackTags stackPolicy stackParameters deploymentBucket deploymentPrefix deploymentMethod
		versionFunctions lambdaHashingVersion kmsKeyArn disableRollback disableDefaultOutputExportNames
		notificationArns rollbackConfiguration runtimeManagement`
	functionKeys = `name handler runtime timeout memorySize environment layers image events tags
		reservedConcurrency | role description architecture vpc tracing logs logRetentionInDays disableLogs package
		kmsKeyArn ephemeralStorageSize onError destinations maximumRetryAttempts maximumEventAge snapStart
		provisionedConcurrency versionFunction runtimeManagement iamRoleStatements fileSystemConfig`
	iotKeys = `name sql sqlVersion description enabled`
)

// unread tells of keys that are neither read nor without meaning; false of what is no object.
func (s *serverless) unread(v *tree.Value, path, keys string) bool {
	if v == nil {
		return false
	}
	if v.Kind != tree.Object {
		s.lost(v, path)
		return false
	}
	known := strings.Fields(keys)
	for _, m := range v.Members {
		if !slices.Contains(known, m.Name) {
			s.t.out.lost(m.At, "%s: not emulated; left out", strings.TrimPrefix(path+"."+tree.Clip(m.Name), "."))
		}
	}
	return true
}

// lost tells that a value is no object, or is not known.
func (s *serverless) lost(v *tree.Value, path string) {
	s.t.out.lost(v.At, "%s: %s; left out", path, why(v, "an object"))
}
