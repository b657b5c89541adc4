package control

import "context"

// Which changes of the account are told on $aws/events: kept, as there are no such
// events yet

func (s *service) eventConfigurationOperations() operations {
	return operations{
		"DescribeEventConfigurations": register(s.describeEventConfigurations),
		"UpdateEventConfigurations":   register(s.updateEventConfigurations),
	}
}

// An eventConfiguration has a capital letter, unlike most of AWS IoT.
type eventConfiguration struct {
	Enabled bool `json:"Enabled"`
}

type describeEventsOutput struct {
	EventConfigurations map[string]eventConfiguration `json:"eventConfigurations"`
	CreationDate        date                          `json:"creationDate"`
	LastModifiedDate    date                          `json:"lastModifiedDate"`
}

func (s *service) describeEventConfigurations(context.Context, none) (describeEventsOutput, error) {
	c := s.registry.EventConfigurations()
	out := describeEventsOutput{map[string]eventConfiguration{}, date{c.CreationDate}, date{c.LastModifiedDate}}
	for name, enabled := range c.Enabled {
		out.EventConfigurations[name] = eventConfiguration{enabled}
	}
	return out, nil
}

type updateEventsInput struct {
	EventConfigurations map[string]eventConfiguration `json:"eventConfigurations"`
}

func (s *service) updateEventConfigurations(_ context.Context, in updateEventsInput) (none, error) {
	enabled := map[string]bool{}
	for name, c := range in.EventConfigurations {
		enabled[name] = c.Enabled
	}
	return none{}, s.registry.UpdateEventConfigurations(enabled)
}
