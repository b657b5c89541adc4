package lint

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/policy"
)

// Actions
//
//   - those of the data plane are judged, the others of AWS IoT's API are for IAM
//     policies: here they are only known by name
//   - names count in any case [B-124], with * and ? [B-123]
//   - one that nothing matches is stored and never counts [B-125]

// An action is one of a statement's.
type action struct {
	*value
	name   pattern         // lower case
	judged []policy.Action // of the data plane, that it stands for
}

func newAction(v *value) action {
	w := action{value: v, name: policyPattern(strings.ToLower(v.Text))}
	for _, a := range policy.KnownActions() {
		if w.matchesName(string(a)) {
			w.judged = append(w.judged, a)
		}
	}
	return w
}

func (w action) matchesName(name string) bool {
	return w.name.covers(policyPattern(strings.ToLower(name)))
}

// service is what stands before the colon, in lower case.
func (w action) service() string {
	service, _, _ := strings.Cut(strings.ToLower(w.Text), ":")
	return service
}

// isForeign reports whether an action is another service's, or may be.
func (w action) isForeign() bool {
	return w.IsOpaque() || w.Text != "*" && !slices.Contains([]string{"iot", "iotjobsdata"}, w.service())
}

// actionNames are the known actions of AWS IoT, as policies write them.
func actionNames() (names []string) {
	for _, a := range policy.KnownActions() {
		names = append(names, string(a))
	}
	for _, op := range []string{"DescribeJobExecution", "GetPendingJobExecutions",
		"StartNextPendingJobExecution", "UpdateJobExecution", "StartCommandExecution", "UpdateCommandExecution"} {
		names = append(names, "iot:"+op, "iotjobsdata:"+op)
	}
	for _, op := range []string{"OpenTunnel", "CloseTunnel", "DescribeTunnel", "ListTunnels",
		"RotateTunnelAccessToken"} {
		names = append(names, "iot:"+op)
	}
	for _, op := range control.Actions() {
		names = append(names, "iot:"+op)
	}
	return names
}

// isIoT reports whether a service's name is meant to be one of AWS IoT's.
func isIoT(service string) bool {
	others := []string{"sqs", "sns", "s3", "ssm", "sts", "iam", "ec2", "ecs", "eks", "rds", "kms", "ses", "acm"}
	return service == "*" || service == "iotdata" ||
		near.Name(service, []string{"iot", "iotjobsdata"}) != "" && !slices.Contains(others, service)
}
