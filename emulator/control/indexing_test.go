package control

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/smithy-go"

	"github.com/suback/suback/hooks"
)

func TestIndexingConfiguration(t *testing.T) {
	b := newBench(t)
	const off = "OFF OFF OFF OFF 0 managed 0 custom, groups OFF 0"
	of := func(mode types.ThingIndexingMode, change func(*types.ThingIndexingConfiguration)) iot.UpdateIndexingConfigurationInput {
		c := &types.ThingIndexingConfiguration{ThingIndexingMode: mode}
		if change != nil {
			change(c)
		}
		return iot.UpdateIndexingConfigurationInput{ThingIndexingConfiguration: c}
	}
	status := func(c *types.ThingIndexingConfiguration) { c.ThingConnectivityIndexingMode = "STATUS" }
	shadows := func(names ...string) func(*types.ThingIndexingConfiguration) {
		return func(c *types.ThingIndexingConfiguration) {
			c.NamedShadowIndexingMode, c.Filter = "ON", &types.IndexingFilter{NamedShadowNames: names}
		}
	}
	custom := func(name string, kind types.FieldType) func(*types.ThingIndexingConfiguration) {
		return func(c *types.ThingIndexingConfiguration) {
			c.CustomFields = []types.Field{{Name: str(name), Type: kind}}
		}
	}
	managed := func(name string, kind types.FieldType) func(*types.ThingIndexingConfiguration) {
		return func(c *types.ThingIndexingConfiguration) {
			c.ManagedFields = []types.Field{{Name: str(name), Type: kind}}
		}
	}
	for _, tt := range []struct {
		name   string
		in     iot.UpdateIndexingConfigurationInput
		want   refusal
		state  string
		source string
	}{
		{"nothing", iot.UpdateIndexingConfigurationInput{}, invalid("At least one configuration to update"), off, "A-353"},
		{"connectivity of nothing", of("OFF", status), invalid("ThingIndexingMode must be turned ON for enabling ThingConnectivityIndexingMode"),
			off, "A-353"},
		{"shadows of nothing", of("OFF", shadows("s")), invalid("must be turned ON for enabling NamedShadowIndexingMode"), off, "A-353"},
		{"no shadow", of("REGISTRY", shadows()), invalid("NamedShadowNames Filter must not be empty"), off, "A-353"},
		{"odd mode", of("ON", nil), invalid("thingIndexingMode"), off, "A-326"},
		{"reserved", of("REGISTRY", custom("thingName", "String")), invalid("is a managed field"), off, "A-353"},
		{"no type", of("REGISTRY", custom("attributes.a", "")), invalid("has a type that"), off, "A-353"},
		{"no managed field", of("REGISTRY", managed("thingName", "Number")), invalid("Only managed fields with expected types"), off, "A-353"},
		{"managed", of("REGISTRY", managed("thingName", "String")), good, "REGISTRY OFF OFF OFF 5 managed 0 custom, groups OFF 0", "A-353"},
		{"connectivity", of("REGISTRY", status), good, "REGISTRY STATUS OFF OFF 13 managed 0 custom, groups OFF 0", "A-353"},
		{"custom", of("REGISTRY_AND_SHADOW", custom("attributes.a", "Number")), good,
			"REGISTRY_AND_SHADOW OFF OFF OFF 7 managed 1 custom, groups OFF 0", "A-353"},
		{"groups", iot.UpdateIndexingConfigurationInput{
			ThingGroupIndexingConfiguration: &types.ThingGroupIndexingConfiguration{ThingGroupIndexingMode: "ON"}}, good,
			"REGISTRY_AND_SHADOW OFF OFF OFF 7 managed 1 custom, groups ON 5", "A-353"},
		{"off", of("OFF", custom("attributes.a", "Number")), good, "OFF OFF OFF OFF 0 managed 0 custom, groups ON 5", "A-353"},
	} {
		_, err := b.UpdateIndexingConfiguration(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		out := must[*iot.GetIndexingConfigurationOutput](t)(b.GetIndexingConfiguration(ctx, &iot.GetIndexingConfigurationInput{}))
		x, g := out.ThingIndexingConfiguration, out.ThingGroupIndexingConfiguration
		is(t, tt.name, fmt.Sprintf("%s %s %s %s %d managed %d custom, groups %s %d", x.ThingIndexingMode, x.ThingConnectivityIndexingMode,
			x.DeviceDefenderIndexingMode,
			x.NamedShadowIndexingMode, len(x.ManagedFields), len(x.CustomFields), g.ThingGroupIndexingMode, len(g.ManagedFields)), tt.state,
			tt.source)
	}
}

func TestGetThingConnectivityData(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_123)
	b := newBench(t, func(o *Options) {
		o.Connection = func(id string) (hooks.Connection, bool) {
			k := hooks.Connection{KeepAlive: time.Minute, Source: netip.MustParseAddrPort("[::ffff:192.0.2.1]:52123"),
				Target: netip.MustParseAddrPort("127.0.0.1:8883")}
			switch id {
			case "on":
				k.Connected, k.ConnectedSince, k.SessionExpiry = true, at, time.Hour
			case "gone":
				k.DisconnectedSince, k.DisconnectReason = at, "CONNECTION_LOST"
			default:
				return hooks.Connection{}, false
			}
			return k, true
		}
	})
	for _, name := range []string{"on", "gone", "never"} {
		must[*iot.CreateThingOutput](t)(b.CreateThing(ctx, &iot.CreateThingInput{ThingName: str(name)}))
	}
	get := func(name string, sockets bool) string {
		out, err := b.GetThingConnectivityData(ctx, &iot.GetThingConnectivityDataInput{ThingName: &name, IncludeSocketInformation: &sockets})
		if e := smithy.APIError(nil); errors.As(err, &e) {
			return e.ErrorCode()
		}
		if err != nil {
			return err.Error()
		}
		text := fmt.Sprint(*out.ThingName, " ", *out.Connected, " ", out.Timestamp.UnixMilli(), " ", out.DisconnectReason)
		if out.ClientId != nil {
			text += fmt.Sprint(" ", *out.ClientId, " ", *out.CleanSession, " ", *out.KeepAliveDuration, " ", *out.SessionExpiry)
		}
		if out.SourceIp != nil {
			text += fmt.Sprint(" ", *out.SourceIp, " ", *out.SourcePort, " ", *out.TargetIp, " ", *out.TargetPort)
		}
		return text
	}
	index := func(operations ...types.FleetIndexingApi) {
		_, err := b.UpdateIndexingConfiguration(ctx,
			&iot.UpdateIndexingConfigurationInput{ThingIndexingConfiguration: &types.ThingIndexingConfiguration{
				ThingIndexingMode: "REGISTRY", ThingConnectivityIndexingMode: "STATUS",
				Filter: &types.IndexingFilter{Connectivity: &types.ConnectivityFilter{IncludeSocketInformation: operations}}}})
		wants(t, "index", err, good, "A-353")
	}
	is(t, "without an index", get("on", false), "IndexNotReadyException", "A-354, guess")
	is(t, "without an index, no thing", get("x", false), "IndexNotReadyException", "A-354, guess")
	index()
	const on, gone = "on true 1700000000123 NONE on false 60 3600", "gone false 1700000000123 CONNECTION_LOST gone true 60 0"
	is(t, "connected", get("on", false), on, "A-354")
	is(t, "addresses are not for all", get("on", true), on, "A-354")
	index("GET_THING_CONNECTIVITY_DATA")
	is(t, "nobody asks for addresses", get("on", false), on, "A-354")
	is(t, "addresses", get("on", true), on+" 192.0.2.1 52123 127.0.0.1 8883", "A-354")
	is(t, "gone", get("gone", false), gone, "A-354")
	is(t, "never", get("never", true), "never false 0 UNKNOWN", "A-354")
	is(t, "no thing", get("x", false), "ResourceNotFoundException", "A-354")
	_, err := b.GetThingConnectivityData(ctx, &iot.GetThingConnectivityDataInput{ThingName: aws.String("a b")})
	wants(t, "name", err, invalid("thingName"), "A-326")
}
