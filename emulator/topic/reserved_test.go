package topic

import "testing"

// The table of reserved topics, by examples [B-236a].
func TestClientsMay(t *testing.T) {
	const both = Publish | Subscribe
	tests := []struct {
		name   string // of a topic, or a filter
		want   Access
		source string
	}{
		{"$aws/things/T/shadow/get", both, "B-236a"},
		{"$aws/things/T/shadow/update", both, "B-236a"},
		{"$aws/things/T/shadow/delete", both, "B-236a"},
		{"$aws/things/T/shadow/name/S/update", both, "B-236a"},
		{"$aws/things/T/shadow/get/accepted", Subscribe, "B-236a"},
		{"$aws/things/T/shadow/delete/rejected", Subscribe, "B-236a"},
		{"$aws/things/T/shadow/update/delta", Subscribe, "B-236a"},
		{"$aws/things/T/shadow/name/S/update/documents", Subscribe, "B-236a"},
		{"$aws/things/T/shadow/name/S/get/accepted", Subscribe, "B-236a"},
		{"$aws/things/T/shadow/get/accepted/desired/cfg", Subscribe, "R-117"},
		{"$aws/things/T/shadow/name/S/update/rejected/x", Subscribe, "R-117, guess"},
		{"$aws/things/T/shadow/update/delta/x", 0, "B-236a"},
		{"$aws/things/T/shadow/get/delta", 0, "B-236a"},
		{"$aws/things/T/shadow/put", 0, "B-236"},
		{"$aws/things/T/shadow", 0, "B-236"},
		{"$aws/things//shadow/get", 0, "B-236"},
		{"$aws/things/T/shadow/name//get", 0, "B-236"},
		{"$aws/things/T/shadow/update/", 0, "B-236"},
		{"$AWS/things/T/shadow/update", 0, "B-518"},

		{"$aws/things/T/jobs/get", Publish, "B-236a"},
		{"$aws/things/T/jobs/start-next", Publish, "B-236a"},
		{"$aws/things/T/jobs/J/get", Publish, "B-236a"},
		{"$aws/things/T/jobs/J/update", Publish, "B-236a"},
		{"$aws/things/T/jobs/start-next/accepted", Subscribe, "B-236a"},
		{"$aws/things/T/jobs/J/update/rejected", Subscribe, "B-236a"},
		{"$aws/things/T/jobs/notify", Subscribe, "B-236a"},
		{"$aws/things/T/jobs/notify-next", Subscribe, "B-236a"},
		{"$aws/things/T/jobs/J", 0, "B-236"},

		{"$aws/events/presence/connected/a", Subscribe, "B-236a, B-833"},
		{"$aws/events/presence/connected/a/b", Subscribe, "B-236a: client ids may have slashes"},
		{"$aws/events/job/J/completed", Subscribe, "B-236a"},
		{"$aws/events", 0, "B-236"},

		{"$aws/rules/r", Publish, "B-232"},
		{"$aws/rules/r/a/b", Publish, "B-232"},
		{"$aws/rules", 0, "B-232"},
		{"$aws/rules//a", 0, "B-232"},

		{"$aws/things/T/defender/metrics/json", Publish, "B-236a"},
		{"$aws/things/T/defender/metrics/cbor/accepted", Subscribe, "B-236a"},
		{"$aws/things/T/defender/metrics/xml", 0, "B-236a"},
		{"$aws/things/T/streams/s/describe/cbor", Publish, "B-236a"},
		{"$aws/things/T/streams/s/data/json", Subscribe, "B-236a"},
		{"$aws/things/T/streams/s/rejected/cbor", Subscribe, "B-236a"},
		{"$aws/certificates/create/json", Publish, "B-236a"},
		{"$aws/certificates/create-from-csr/cbor/rejected", Subscribe, "B-236a"},
		{"$aws/provisioning-templates/t/provision/json", Publish, "B-236a"},
		{"$aws/provisioning-templates/t/provision/json/accepted", Subscribe, "B-236a"},

		{"$aws/things/T/jobs/notify-next-namespace-gg", Subscribe, "B-236a"},
		{"$aws/things/T/jobs/notify-other", 0, "B-236"},
		{"$aws/things/T/jobs/$next/namespace-gg/get", Publish, "B-236a"},
		{"$aws/things/T/jobs/J/namespace-gg/update/rejected", Subscribe, "B-236a"},
		{"$aws/things/T/tunnels/notify", Subscribe, "B-236a"},
		{"$aws/things/T/greengrassv2/health/json", Publish, "B-236a"},
		{"$aws/commands/things/T/executions/E/request", Subscribe, "B-236a"},
		{"$aws/commands/clients/c/executions/+/request/json", Subscribe, "B-236a"},
		{"$aws/commands/things/T/executions/E/response/json", Publish, "B-236a"},
		{"$aws/commands/things/T/executions/E/response/rejected/json", Subscribe, "B-236a"},
		{"$aws/commands/jobs/T/executions/E/request", 0, "B-236"},
		{"$aws/device_location/d/get_position_estimate", Publish, "B-236a"},
		{"$aws/device_location/d/get_position_estimate/accepted", Subscribe, "B-236a"},
		{"$aws/sitewise/asset-models/m/assets/a/properties/p", Subscribe, "B-236a"},

		{"$SYS/broker/uptime", 0, "B-238"},
		{"$SYS", 0, "B-238"},
		{"$invalid/reserved/topic", 0, "B-236"},
		{"$", 0, "B-236"},
		{"$aws", 0, "B-236"},
		{"$share/g/a", 0, "B-236, as a topic"},

		{"$aws/things/T/shadow/#", both, "B-235"},
		{"$aws/things/T/shadow/get/#", Subscribe, "B-235, B-655"},
		{"$aws/things/+/shadow/update/accepted", Subscribe, "B-235"},
		{"$aws/things/+/shadow/+/+", Subscribe, "B-235"},
		{"$aws/events/#", Subscribe, "B-235"},
		{"$aws/events/presence/connected/+", Subscribe, "B-235"},
		{"$aws/#", both, "B-235"},
		{"$aws/+/+/shadow/update", both, "B-235"},
		{"$aws/rules/#", Publish, "B-232"},
		{"$aws/things/T/shadow/update/delta/#", 0, "B-235, B-655"},
		{"$SYS/#", 0, "B-238"},
	}
	for _, tt := range tests {
		if got := ClientsMay(tt.name); got != tt.want {
			t.Errorf("%s: got %b, want %b (%s)", tt.name, got, tt.want, tt.source)
		}
	}
}

func TestRegistryEvent(t *testing.T) {
	for filter, want := range map[string]string{
		"$aws/events/thing/+/created": "THING", "$aws/events/thing/#": "THING", "$aws/events/thingGroup/g/deleted": "THING_GROUP",
		"$aws/events/thingGroupMembership/thingGroup/+/thing/+/+":    "THING_GROUP_MEMBERSHIP",
		"$aws/events/thingGroupHierarchy/#":                          "THING_GROUP_HIERARCHY",
		"$aws/events/thingTypeAssociation/thing/+/thingType/+/added": "THING_TYPE_ASSOCIATION", "$aws/events/thingType/#": "THING_TYPE",
		"$aws/events/#": "", "$aws/events/+/T/created": "", "$aws/events/presence/#": "", "thing/T/created": "", "thing": "",
	} {
		if got := RegistryEvent(filter); got != want {
			t.Errorf("%s: got %q, want %q (A-344)", filter, got, want)
		}
	}
}

// What belongs to a service that is not here alone is told [B-236a, choice].
func TestAbsent(t *testing.T) {
	for filter, want := range map[string]string{
		"$aws/things/T/jobs/get": "jobs", "$aws/things/T/jobs/#": "jobs", "$aws/events/jobExecution/+/failed": "jobs",
		"$aws/certificates/create/json": "fleet provisioning", "$aws/things/+/tunnels/notify": "secure tunneling",
		"$aws/events/thing/+/created": "", "$aws/events/fleet/+": unlisted,
		"$aws/events/presence/conected/d": unlisted, "$aws/events/thing/T/create": unlisted, "$aws/events/thingGroup/+/+": "",
		"$aws/events/presence/connected/a/b": "", "$aws/events/thingGroupHierarchy/thingGroup/+/childThingGroup/+/added": "",
		"$aws/events/thingTypeAssociation/thing/+/thingType/+/+": "", "$aws/events/subscriptions/#": "",
		"$aws/things/T/shadow/update": "", "$aws/things/T/#": "", "$aws/events/#": "", "$aws/events/presence/+/d": "",
		"$aws/events/certificates/registered/+": "", "$aws/rules/r/a": "", "$SYS/#": "", "a/b": "", "$aws/none": "",
	} {
		if got := Absent(filter); got != want {
			t.Errorf("%s: got %q, want %q (B-236a)", filter, got, want)
		}
	}
}
