package cloudformation

import (
	"fmt"
	"slices"

	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/registry"
)

// addTopicRuleDestinations leaves out those that a rule makes. On AWS a destination begins
// unconfirmed, whatever its status is here.
func (t *template) addTopicRuleDestinations() {
	const kind = "AWS::IoT::TopicRuleDestination"
	made := t.destinationsOfRules()
	for i, d := range t.TopicRuleDestinations() {
		switch {
		case d.VpcProperties != nil:
			v := d.VpcProperties
			properties := map[string]any{"VpcId": v.VpcID, "SubnetIds": v.SubnetIDs, "RoleArn": t.role(v.RoleArn)}
			if len(v.SecurityGroups) > 0 {
				properties["SecurityGroups"] = v.SecurityGroups
			}
			t.add(kind, d.Arn, map[string]any{"VpcProperties": properties})
		case !slices.Contains(made, d.URL()):
			var url any = d.URL()
			name := d.URL()
			if s, ok := registry.URLSecret(name); ok {
				name = fmt.Sprint(printed.URL(name), i)
				url = t.heldBack(s, kind, name+" "+s.Name, "topic rule destination "+printed.URL(d.URL()))
			}
			t.add(kind, name, map[string]any{"HttpUrlProperties": map[string]any{"ConfirmationUrl": url}})
		}
	}
}

// destinationsOfRules are the confirmation URLs for which AWS makes a destination with a rule.
func (t *template) destinationsOfRules() (urls []string) {
	for _, r := range t.TopicRules() {
		for _, a := range slices.Concat(r.Actions, []registry.RuleAction{r.ErrorAction}) {
			urls = append(urls, a.ConfirmationURL())
		}
	}
	return urls
}
