package lint

import (
	"fmt"

	"github.com/suback/suback/emulator/policy"
)

// checkBroad finds what lets one device be another: the audit check of AWS's calls it
// overly permissive. Users and roles are no devices.
func (l *linter) checkBroad(d *document) {
	if d.principal == IAM {
		return
	}
	for _, s := range d.statements {
		if s.deny || len(s.conditions) > 0 || s.notResource || s.notAction || s.isIAM() {
			continue
		}
		for _, r := range s.resources {
			l.checkBroadResource(s, r)
		}
	}
}

func (l *linter) checkBroadResource(s statement, r resource) {
	if s.mayDo(policy.Connect) && r.isEverything(policy.Connect) {
		l.report("broad-connect", r.At, fmt.Sprintf("%s allows %s on %s: a client may take the id of any other",
			s.place, s.by(policy.Connect).Text, clip(r.Show())),
			"write client/${iot:Connection.Thing.ThingName}, or client/ and the ids that there are")
	}
	if s.mayDo(policy.Publish) && r.isEverything(policy.Publish) {
		l.report("broad-publish", r.At, fmt.Sprintf("%s allows %s on %s: a client may speak for any other, and to AWS's topics",
			s.place, s.by(policy.Publish).Text, clip(r.Show())), "write topic/ and the topics that there are, as topic/${iot:ClientId}/*")
	}
}

// isIAM reports whether a statement has actions of other services, as IAM policies have.
func (s statement) isIAM() bool {
	for _, a := range s.actions {
		if a.isForeign() {
			return true
		}
	}
	return false
}
