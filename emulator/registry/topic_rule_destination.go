package registry

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/printed"
)

// Topic rule destinations: servers that rules may send to
//
//   - the id in the ARN is made of what the destination is, so that suback.yaml makes the
//     same one each time [R-126, choice]
//   - one of HTTP is IN_PROGRESS until its server has sent the token back, ENABLED from
//     then on; ENABLED and DISABLED may be changed into each other, IN_PROGRESS makes a
//     new token
//   - one in a VPC is recorded, and ENABLED at once: nothing is sent there [R-127, choice]
//   - a rule makes those of its http actions

const ruleDestination kind = "topic rule destination"

// ruleDestinationShape is how topic rule destinations are kept.
func ruleDestinationShape() shape[TopicRuleDestination] {
	return shape[TopicRuleDestination]{kind: "topicRuleDestinations"}
}

// The values of TopicRuleDestination.Status; AWS has DELETING too, which is over here
// before anybody could see it.
const (
	DestinationInProgress = "IN_PROGRESS"
	DestinationEnabled    = "ENABLED"
	DestinationDisabled   = "DISABLED"
	DestinationError      = "ERROR"
)

const maxRuleDestinations = 1000 // [R-126, guess]

// A TopicRuleDestination is a server that rules may send to, or a network.
type TopicRuleDestination struct {
	Arn          string `json:"arn" yaml:"-"`
	Status       string `json:"status" yaml:"status"` // see CreateTopicRuleDestination
	StatusReason string `json:"statusReason,omitempty" yaml:"-"`

	// One of both is there.
	HttpUrlProperties *HTTPDestination `json:"httpUrlProperties,omitempty" yaml:"httpUrlProperties"`
	VpcProperties     *VPCDestination  `json:"vpcProperties,omitempty" yaml:"vpcProperties"`

	// ConfirmationToken is what the server must send back; "" once it has.
	ConfirmationToken string `json:"-" yaml:"-"`

	CreatedAt     time.Time `json:"-" yaml:"-"`
	LastUpdatedAt time.Time `json:"-" yaml:"-"`
}

// An HTTPDestination is reached over HTTP.
type HTTPDestination struct {
	ConfirmationURL string `json:"confirmationUrl" yaml:"confirmationUrl"` // what an action's url begins with
}

// A VPCDestination is a network of AWS's; it is recorded alone.
type VPCDestination struct {
	SubnetIDs      []string `json:"subnetIds" yaml:"subnetIds"`
	SecurityGroups []string `json:"securityGroups,omitempty" yaml:"securityGroups"`
	VpcID          string   `json:"vpcId" yaml:"vpcId"`
	RoleArn        string   `json:"roleArn" yaml:"roleArn"`
}

// URL is the confirmation URL, "" of a VPC.
func (d *TopicRuleDestination) URL() string {
	if d.HttpUrlProperties == nil {
		return ""
	}
	return d.HttpUrlProperties.ConfirmationURL
}

// name is what errors call it.
func (d *TopicRuleDestination) name() string {
	if d.VpcProperties != nil {
		return d.VpcProperties.VpcID
	}
	return printed.URL(d.URL())
}

func (d *TopicRuleDestination) check() error {
	if (d.HttpUrlProperties == nil) == (d.VpcProperties == nil) {
		return ruleDestination.invalid(d.name(), "httpUrlProperties",
			"and vpcProperties are both there or both missing, want one of them")
	}
	status := wantOneOf(d.Status, DestinationInProgress, DestinationEnabled, DestinationDisabled)
	if v := d.VpcProperties; v != nil {
		return firstOf(
			ruleDestination.invalid(v.VpcID, "vpcId", wantSome(v.VpcID)),
			ruleDestination.invalid(v.VpcID, "subnetIds", wantSome(strings.Join(v.SubnetIDs, ""))),
			ruleDestination.invalid(v.VpcID, "roleArn", wantRoleARN(v.RoleArn)),
			ruleDestination.invalid(v.VpcID, "status", status),
		)
	}
	name, wrong := d.name(), wantHTTPURL(d.URL())
	return firstOf(
		ruleDestination.invalid(name, "confirmationUrl", wrong),
		ruleDestination.invalid(name, "status", status),
	)
}

func wantSome(s string) string {
	if s == "" {
		return "is missing"
	}
	return ""
}

// destinationARN is the same for the same destination.
func (r *Registry) destinationARN(d *TopicRuleDestination) string {
	if v := d.VpcProperties; v != nil {
		parts := slices.Concat([]string{v.VpcID, v.RoleArn}, v.SubnetIDs, []string{""}, v.SecurityGroups)
		return r.arn("iot", "ruledestination/vpc/"+r.uuidOf(ruleDestination, strings.Join(parts, "\x00")))
	}
	return r.httpDestinationARN(d.URL())
}

func (r *Registry) httpDestinationARN(url string) string {
	return r.arn("iot", "ruledestination/http/"+r.uuidOf(ruleDestination, url))
}

// CreateTopicRuleDestination adds a destination and returns it as stored. Its Status is
// IN_PROGRESS by default, of a VPC ENABLED; another one is as if that had been reached.
// The error is an *Error.
func (r *Registry) CreateTopicRuleDestination(d TopicRuleDestination) (TopicRuleDestination, error) {
	return change(r, func() (TopicRuleDestination, error) {
		if d.Status == "" {
			d.Status = DestinationInProgress
			if d.VpcProperties != nil {
				d.Status = DestinationEnabled
			}
		}
		if err := d.check(); err != nil {
			return TopicRuleDestination{}, err
		}
		if old, ok := r.topicRuleDestinations.get(r.destinationARN(&d)); ok { // [R-126, guess]
			return TopicRuleDestination{}, ruleDestination.exists(d.name(), old.Arn, old.Arn)
		}
		return r.addDestination(d)
	})
}

// addDestination adds one that is not there.
func (r *Registry) addDestination(d TopicRuleDestination) (TopicRuleDestination, error) {
	if n := r.topicRuleDestinations.len(); n >= maxRuleDestinations {
		return TopicRuleDestination{}, ruleDestination.refuse(LimitExceeded, d.name(),
			fmt.Sprintf("is one too many: there are %d, want at most %d", n, maxRuleDestinations))
	}
	d.Arn, d.CreatedAt = r.destinationARN(&d), r.now()
	if d.VpcProperties != nil {
		d.StatusReason = "Recorded: nothing is sent into a VPC from here."
	}
	r.setDestination(&d, d.Status, d.StatusReason)
	return d, nil
}

// setDestination gives a destination a status.
func (r *Registry) setDestination(d *TopicRuleDestination, status, reason string) {
	d.Status, d.StatusReason, d.LastUpdatedAt = status, reason, r.now()
	d.ConfirmationToken = ""
	if status == DestinationInProgress {
		d.ConfirmationToken, d.StatusReason = random(upperAlphanumeric, confirmationTokenLength), ""
	}
	r.topicRuleDestinations.put(d.Arn, *d)
}

const confirmationTokenLength = 104 // characters of 5 bits

// addDestinationsOf adds the destinations of a rule's http actions that are not there.
func (r *Registry) addDestinationsOf(t *TopicRule) error {
	for _, a := range slices.Concat(t.Actions, []RuleAction{t.ErrorAction}) {
		url := a.ConfirmationURL()
		if url == "" {
			continue
		}
		if _, ok := r.topicRuleDestinations.get(r.httpDestinationARN(url)); ok {
			continue
		}
		_, err := r.addDestination(TopicRuleDestination{Status: DestinationInProgress,
			HttpUrlProperties: &HTTPDestination{url}})
		if err != nil {
			return err
		}
	}
	return nil
}

// UpdateTopicRuleDestination changes the status, to ENABLED, DISABLED or IN_PROGRESS. The
// error is an *Error.
func (r *Registry) UpdateTopicRuleDestination(arn, status string) error {
	return r.alter(func() error {
		d, ok := r.topicRuleDestinations.get(arn)
		if !ok {
			return ruleDestination.missing(arn)
		}
		wanted := wantOneOf(status, DestinationEnabled, DestinationDisabled, DestinationInProgress)
		confirmed := d.Status == DestinationEnabled || d.Status == DestinationDisabled
		switch {
		case wanted != "":
			return ruleDestination.invalid(arn, "status", wanted)
		case status == DestinationInProgress && d.VpcProperties != nil:
			return ruleDestination.invalid(arn, "status", "IN_PROGRESS is for destinations of HTTP, want "+
				DestinationEnabled+" or "+DestinationDisabled)
		case status != DestinationInProgress && !confirmed:
			return ruleDestination.invalid(arn, "status", fmt.Sprintf("cannot become %s while it is %s: the "+
				"destination is not confirmed, want %s for a new confirmation message", status, d.Status,
				DestinationInProgress))
		case status == d.Status && confirmed:
			return nil
		}
		r.setDestination(&d, status, d.StatusReason)
		return nil
	})
}

// ConfirmTopicRuleDestination enables the destination that a token was made for. The
// error is an *Error, and does not say the token.
func (r *Registry) ConfirmTopicRuleDestination(token string) error {
	return r.alter(func() error {
		for _, d := range r.topicRuleDestinations.values() {
			if token != "" && d.ConfirmationToken == token {
				r.setDestination(&d, DestinationEnabled, "")
				return nil
			}
		}
		return ruleDestination.invalid("", "confirmationToken", "is of no destination that waits for it")
	})
}

// SettleConfirmation says what became of a confirmation message: it was sent, or err is why
// not, which makes the status ERROR. A destination that waits for another token is as it was.
// The error is an *Error.
func (r *Registry) SettleConfirmation(arn, token, reason string, failed bool) error {
	return r.alter(func() error {
		d, ok := r.topicRuleDestinations.get(arn)
		if !ok || d.ConfirmationToken != token || d.Status != DestinationInProgress {
			return nil
		}
		if failed {
			r.setDestination(&d, DestinationError, reason)
			return nil
		}
		d.StatusReason = reason
		r.topicRuleDestinations.put(arn, d)
		return nil
	})
}

// EnableDestinations enables those that wait for their confirmation and of which only says yes.
// The error is an *Error.
func (r *Registry) EnableDestinations(only func(url string) bool) error {
	return r.alter(func() error {
		for _, d := range r.topicRuleDestinations.values() {
			if d.Status == DestinationInProgress && only(d.URL()) {
				r.setDestination(&d, DestinationEnabled, "")
			}
		}
		return nil
	})
}

// DeleteTopicRuleDestination removes a destination; one that does not exist is removed
// already [R-127, guess].
func (r *Registry) DeleteTopicRuleDestination(arn string) error {
	return r.alter(func() error {
		r.topicRuleDestinations.delete(arn)
		return nil
	})
}

// TopicRuleDestination finds a destination by its ARN.
func (r *Registry) TopicRuleDestination(arn string) (TopicRuleDestination, bool) {
	return look(r, &r.topicRuleDestinations, arn)
}

// TopicRuleDestinationOf finds the destination with a confirmation URL.
func (r *Registry) TopicRuleDestinationOf(url string) (TopicRuleDestination, bool) {
	return look(r, &r.topicRuleDestinations, r.httpDestinationARN(url))
}

// DestinationsToConfirm returns those that wait for their confirmation, sorted by ARN, and the
// revision of all; nil if that is the one that is known.
func (r *Registry) DestinationsToConfirm(known Revision) (waiting []TopicRuleDestination, now Revision) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if now = (Revision{r.replaced, r.topicRuleDestinations.changed}); now == known {
		return nil, now
	}
	for _, d := range r.topicRuleDestinations.all() {
		if d.ConfirmationToken != "" {
			waiting = append(waiting, d)
		}
	}
	return waiting, now
}

// TopicRuleDestinations returns all destinations, sorted by ARN.
func (r *Registry) TopicRuleDestinations() []TopicRuleDestination {
	return all(r, &r.topicRuleDestinations)
}
