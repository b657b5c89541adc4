package control

import (
	"context"
	"fmt"

	"github.com/suback/suback/emulator/registry"
)

// Topic rule destinations
//
//   - one that does not exist is one that nobody may have: 401; to delete one is no
//     error [R-127, guess]
//   - a confirmation needs no signature: the token, which only the destination's server was
//     sent, says who it is [R-127, guess]
//   - no answer has the token

func (s *service) topicRuleDestinationOperations() operations {
	return operations{
		"CreateTopicRuleDestination":  register(s.createTopicRuleDestination),
		"GetTopicRuleDestination":     register(s.getTopicRuleDestination),
		"ListTopicRuleDestinations":   register(s.listTopicRuleDestinations),
		"UpdateTopicRuleDestination":  register(s.updateTopicRuleDestination),
		"DeleteTopicRuleDestination":  register(s.deleteTopicRuleDestination),
		"ConfirmTopicRuleDestination": register(s.confirmTopicRuleDestination),
	}
}

type createTopicRuleDestinationInput struct {
	DestinationConfiguration struct {
		HttpUrlConfiguration *registry.HTTPDestination `json:"httpUrlConfiguration"`
		VpcConfiguration     *registry.VPCDestination  `json:"vpcConfiguration"`
	} `json:"destinationConfiguration"`
}

type topicRuleDestination struct {
	Arn               string                    `json:"arn"`
	Status            string                    `json:"status"`
	StatusReason      string                    `json:"statusReason,omitempty"`
	CreatedAt         date                      `json:"createdAt"`
	LastUpdatedAt     date                      `json:"lastUpdatedAt"`
	HttpUrlProperties *registry.HTTPDestination `json:"httpUrlProperties,omitempty"`
	VpcProperties     *registry.VPCDestination  `json:"vpcProperties,omitempty"`
}

type topicRuleDestinationOutput struct {
	TopicRuleDestination topicRuleDestination `json:"topicRuleDestination"`
}

func describedDestination(d registry.TopicRuleDestination) topicRuleDestinationOutput {
	return topicRuleDestinationOutput{topicRuleDestination{d.Arn, d.Status, statusReason(d),
		date{d.CreatedAt}, date{d.LastUpdatedAt}, d.HttpUrlProperties, d.VpcProperties}}
}

// statusReason is AWS's own until it is known what became of the confirmation message.
func statusReason(d registry.TopicRuleDestination) string {
	if d.Status != registry.DestinationInProgress || d.StatusReason != "" {
		return d.StatusReason
	}
	return fmt.Sprintf("Awaiting confirmation. Confirmation message sent on %s; no response received from the endpoint.",
		d.LastUpdatedAt.Format("2006-01-02T15:04:05.000Z"))
}

func (s *service) createTopicRuleDestination(
	_ context.Context, in createTopicRuleDestinationInput,
) (topicRuleDestinationOutput, error) {
	of := in.DestinationConfiguration
	d, err := s.registry.CreateTopicRuleDestination(
		registry.TopicRuleDestination{
			HttpUrlProperties: of.HttpUrlConfiguration, VpcProperties: of.VpcConfiguration,
		})
	if err != nil {
		return topicRuleDestinationOutput{}, err
	}
	return describedDestination(d), nil
}

type destinationARN struct {
	Arn string `json:"arn"`
}

// noDestination is AWS's error about a destination that does not exist.
func noDestination(arn string) error {
	return refuse(unauthorized, "Access to topic rule destination '%s' was denied", arn)
}

func (s *service) getTopicRuleDestination(
	_ context.Context, in destinationARN,
) (topicRuleDestinationOutput, error) {
	d, ok := s.registry.TopicRuleDestination(in.Arn)
	if !ok {
		return topicRuleDestinationOutput{}, noDestination(in.Arn)
	}
	return describedDestination(d), nil
}

type destinationStatus struct {
	destinationARN
	Status string `json:"status"`
}

func (s *service) updateTopicRuleDestination(_ context.Context, in destinationStatus) (none, error) {
	err := s.registry.UpdateTopicRuleDestination(in.Arn, in.Status)
	if e, ok := err.(*registry.Error); ok && e.Code == registry.NotFound {
		return none{}, noDestination(in.Arn)
	}
	return none{}, err
}

func (s *service) deleteTopicRuleDestination(_ context.Context, in destinationARN) (none, error) {
	return none{}, s.registry.DeleteTopicRuleDestination(in.Arn)
}

type confirmationToken struct {
	ConfirmationToken string `json:"confirmationToken"`
}

func (s *service) confirmTopicRuleDestination(_ context.Context, in confirmationToken) (none, error) {
	return none{}, s.registry.ConfirmTopicRuleDestination(in.ConfirmationToken)
}

type destinationSummary struct {
	Arn                   string                    `json:"arn"`
	Status                string                    `json:"status"`
	StatusReason          string                    `json:"statusReason,omitempty"`
	CreatedAt             date                      `json:"createdAt"`
	LastUpdatedAt         date                      `json:"lastUpdatedAt"`
	HttpUrlSummary        *registry.HTTPDestination `json:"httpUrlSummary,omitempty"`
	VpcDestinationSummary *registry.VPCDestination  `json:"vpcDestinationSummary,omitempty"`
}

type listTopicRuleDestinationsOutput struct {
	DestinationSummaries []destinationSummary `json:"destinationSummaries"`
	NextToken            string               `json:"nextToken,omitempty"`
}

func (s *service) listTopicRuleDestinations(
	_ context.Context, in listing,
) (listTopicRuleDestinationsOutput, error) {
	items := []destinationSummary{}
	for _, d := range s.registry.TopicRuleDestinations() {
		items = append(items, destinationSummary{d.Arn, d.Status, statusReason(d),
			date{d.CreatedAt}, date{d.LastUpdatedAt}, d.HttpUrlProperties, d.VpcProperties})
	}
	part, next, err := page("ListTopicRuleDestinations", in, items,
		func(i destinationSummary) string { return i.Arn }, ascending)
	return listTopicRuleDestinationsOutput{part, next}, err
}
