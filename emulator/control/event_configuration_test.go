package control

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

func TestEventConfigurations(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name   string
		change map[string]types.Configuration
		want   refusal
		on     []string
		source string
	}{
		{"nothing", nil, good, nil, "A-343"},
		{"on", map[string]types.Configuration{"THING": {Enabled: true}, "CERTIFICATE": {Enabled: true}}, good, []string{"CERTIFICATE", "THING"},
			"A-343"},
		{"off", map[string]types.Configuration{"THING": {Enabled: false}}, good, []string{"CERTIFICATE"}, "A-343"},
		{"odd", map[string]types.Configuration{"SHADOW": {Enabled: true}}, refusal{400, invalidRequest, "Map keys must satisfy constraint"},
			[]string{"CERTIFICATE"}, "A-326"},
	} {
		_, err := b.UpdateEventConfigurations(ctx, &iot.UpdateEventConfigurationsInput{EventConfigurations: tt.change})
		wants(t, tt.name, err, tt.want, tt.source)
		out := must[*iot.DescribeEventConfigurationsOutput](t)(b.DescribeEventConfigurations(ctx, &iot.DescribeEventConfigurationsInput{}))
		var on []string
		for _, name := range []string{"CERTIFICATE", "THING", "THING_GROUP", "POLICY"} {
			if out.EventConfigurations[name].Enabled {
				on = append(on, name)
			}
		}
		is(t, tt.name, on, tt.on, tt.source)
		is(t, tt.name, []any{len(out.EventConfigurations), out.CreationDate != nil && out.LastModifiedDate != nil}, []any{11, true}, "A-343")
	}
}
