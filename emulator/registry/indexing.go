package registry

import (
	"fmt"
	"slices"
)

// What is indexed of things and thing groups
//
//   - nothing, at first; who turns thing indexing off turns all of it off
//   - connectivity, named shadows and violations only together with the things
//   - which fields are managed follows from the modes
//
// There is no index to search: what counts here is whether the connectivity of
// things can be asked for.

const indexingKind kind = "indexing configuration"

// The modes of indexing.
const (
	IndexingOff       = "OFF"
	IndexingOn        = "ON"                  // of named shadows and of thing groups
	IndexRegistry     = "REGISTRY"            // of things
	IndexWithShadows  = "REGISTRY_AND_SHADOW" // of things
	IndexConnectivity = "STATUS"              // of their connectivity
	IndexViolations   = "VIOLATIONS"          // of Device Defender
)

// SocketsOfConnectivity is where addresses can be asked for.
const SocketsOfConnectivity = "GET_THING_CONNECTIVITY_DATA"

// Indexing is all that is configured.
type Indexing struct {
	Thing      ThingIndexing
	ThingGroup ThingGroupIndexing
}

func noIndexing() Indexing {
	return Indexing{ThingIndexing{}.complete(), ThingGroupIndexing{ThingGroupIndexingMode: IndexingOff}}
}

// ThingIndexing is what of things. A mode of "" is IndexingOff.
type ThingIndexing struct {
	ThingIndexingMode             string         `json:"thingIndexingMode" yaml:"thingIndexingMode"`
	ThingConnectivityIndexingMode string         `json:"thingConnectivityIndexingMode" yaml:"thingConnectivityIndexingMode"`
	DeviceDefenderIndexingMode    string         `json:"deviceDefenderIndexingMode" yaml:"deviceDefenderIndexingMode"`
	NamedShadowIndexingMode       string         `json:"namedShadowIndexingMode" yaml:"namedShadowIndexingMode"`
	CustomFields                  []IndexedField `json:"customFields,omitempty" yaml:"customFields"`
	Filter                        IndexingFilter `json:"filter" yaml:"filter"`
}

// ThingGroupIndexing is what of thing groups. A mode of "" is IndexingOff.
type ThingGroupIndexing struct {
	ThingGroupIndexingMode string         `json:"thingGroupIndexingMode" yaml:"thingGroupIndexingMode"`
	CustomFields           []IndexedField `json:"customFields,omitempty" yaml:"customFields"`
}

// An IndexedField is one that can be searched for.
type IndexedField struct {
	Name string `json:"name" yaml:"name"`
	Type string `json:"type" yaml:"type"` // Number, String or Boolean
}

// An IndexingFilter says which of several. In AWS's answers no list of it is null
// while things are indexed.
type IndexingFilter struct {
	NamedShadowNames []string           `json:"namedShadowNames" yaml:"namedShadowNames"`
	GeoLocations     []GeoLocation      `json:"geoLocations" yaml:"geoLocations"`
	Connectivity     ConnectivityFilter `json:"connectivity,omitzero" yaml:"connectivity"`
}

// A GeoLocation is a field that has a place.
type GeoLocation struct {
	Name  string `json:"name" yaml:"name"`
	Order string `json:"order" yaml:"order"` // LatLon, the default, or LonLat
}

// A ConnectivityFilter says which operations may tell addresses and ports.
type ConnectivityFilter struct {
	IncludeSocketInformation []string `json:"includeSocketInformation" yaml:"includeSocketInformation"`
}

// Indexing returns what is configured. Lists are shared: they are replaced, not
// changed.
func (r *Registry) Indexing() Indexing {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.indexing.get()
}

// UpdateIndexing replaces what is configured for things, for thing groups, or for
// both; nil keeps what is. The error is an *Error.
func (r *Registry) UpdateIndexing(things *ThingIndexing, groups *ThingGroupIndexing) error {
	_, err := quietly(r, func() (struct{}, error) {
		next := r.indexing.get()
		if things != nil {
			next.Thing = things.complete()
		}
		if groups != nil {
			next.ThingGroup = *groups
			next.ThingGroup.ThingGroupIndexingMode = orElse(groups.ThingGroupIndexingMode, IndexingOff)
		}
		if err := next.check(); err != nil {
			return struct{}{}, err
		}
		if next.Thing.ThingIndexingMode == IndexingOff {
			next.Thing = ThingIndexing{}.complete()
		}
		r.indexing.set(next)
		return struct{}{}, nil
	})
	return err
}

// complete fills in what is left out.
func (t ThingIndexing) complete() ThingIndexing {
	for _, mode := range []*string{
		&t.ThingIndexingMode, &t.ThingConnectivityIndexingMode, &t.DeviceDefenderIndexingMode,
		&t.NamedShadowIndexingMode,
	} {
		*mode = orElse(*mode, IndexingOff)
	}
	t.Filter.GeoLocations = slices.Clone(t.Filter.GeoLocations)
	for i, g := range t.Filter.GeoLocations {
		t.Filter.GeoLocations[i].Order = orElse(g.Order, "LatLon")
	}
	return t
}

func (x Indexing) check() error {
	t := x.Thing
	for _, mode := range []struct {
		field, value string
		values       []string
	}{
		{"thingIndexingMode", t.ThingIndexingMode, []string{IndexingOff, IndexRegistry, IndexWithShadows}},
		{"thingConnectivityIndexingMode", t.ThingConnectivityIndexingMode,
			[]string{IndexingOff, IndexConnectivity}},
		{"deviceDefenderIndexingMode", t.DeviceDefenderIndexingMode, []string{IndexingOff, IndexViolations}},
		{"namedShadowIndexingMode", t.NamedShadowIndexingMode, []string{IndexingOff, IndexingOn}},
		{"thingGroupIndexingMode", x.ThingGroup.ThingGroupIndexingMode, []string{IndexingOff, IndexingOn}},
	} {
		problem := wantOneOf(mode.value, mode.values...)
		if mode.field != "thingGroupIndexingMode" && problem == "" && mode.value != IndexingOff &&
			t.ThingIndexingMode == IndexingOff {
			problem = fmt.Sprintf("is %s while thingIndexingMode is OFF, want %s or %s there", mode.value,
				IndexRegistry, IndexWithShadows)
		}
		if err := indexingKind.invalid("account", mode.field, problem); err != nil {
			return err
		}
	}
	if err := t.Filter.check(t.NamedShadowIndexingMode); err != nil {
		return err
	}
	for _, fields := range [][]IndexedField{t.CustomFields, x.ThingGroup.CustomFields} {
		for i, f := range fields {
			if err := indexingKind.invalid("account", fmt.Sprintf("customFields[%d]", i), f.problem()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f IndexedField) problem() string {
	switch {
	case f.Name == "":
		return "has no name, want one such as attributes.site"
	case wantOneOf(f.Type, "Number", "String", "Boolean") != "":
		return "has a type that " + wantOneOf(f.Type, "Number", "String", "Boolean")
	case slices.ContainsFunc(AllManagedFields(), func(m IndexedField) bool { return m.Name == f.Name }):
		return fmt.Sprintf("is %q, which is a managed field, want another", f.Name)
	}
	return ""
}

func (f IndexingFilter) check(namedShadows string) error {
	if namedShadows == IndexingOn && len(f.NamedShadowNames) == 0 {
		return indexingKind.invalid("account", "filter",
			"has no namedShadowNames, want some while namedShadowIndexingMode is ON")
	}
	for _, name := range f.NamedShadowNames {
		if p := wantName(name, "$:_-", 64); p != "" {
			return indexingKind.invalid("account", "filter", prefixed("has a shadow name that ", p))
		}
	}
	for _, g := range f.GeoLocations {
		if p := wantOneOf(g.Order, "LatLon", "LonLat"); p != "" {
			return indexingKind.invalid("account", "filter", prefixed("has an order that ", p))
		}
	}
	for _, operation := range f.Connectivity.IncludeSocketInformation {
		if p := wantOneOf(operation, SocketsOfConnectivity); p != "" {
			return indexingKind.invalid("account", "filter", prefixed("has includeSocketInformation that ", p))
		}
	}
	return nil
}

// ManagedFields are those that AWS indexes by itself, none while indexing is off.
func (t ThingIndexing) ManagedFields() []IndexedField {
	on := map[string]bool{IndexRegistry: t.ThingIndexingMode != IndexingOff,
		IndexWithShadows:  t.ThingIndexingMode == IndexWithShadows,
		IndexingOn:        t.NamedShadowIndexingMode == IndexingOn,
		IndexConnectivity: t.ThingConnectivityIndexingMode == IndexConnectivity,
		IndexViolations:   t.DeviceDefenderIndexingMode == IndexViolations}
	return managedFields(func(mode string) bool { return on[mode] })
}

// AllManagedFields are those of things in all modes.
func AllManagedFields() []IndexedField { return managedFields(func(string) bool { return true }) }

// managedFields are those of things, by the mode that each belongs to.
func managedFields(on func(mode string) bool) (fields []IndexedField) {
	for _, f := range []struct{ mode, name, kind string }{
		{IndexRegistry, "thingName", "String"}, {IndexRegistry, "thingId", "String"},
		{IndexRegistry, "registry.version", "Number"},
		{IndexRegistry, "registry.thingTypeName", "String"}, {IndexRegistry, "registry.thingGroupNames", "String"},
		{IndexWithShadows, "shadow.version", "Number"}, {IndexWithShadows, "shadow.hasDelta", "Boolean"},
		{IndexingOn, "shadow.name.*.hasDelta", "Boolean"}, {IndexingOn, "shadow.name.*.version", "Number"},
		{IndexConnectivity, "connectivity.connected", "Boolean"},
		{IndexConnectivity, "connectivity.timestamp", "Number"},
		{IndexConnectivity, "connectivity.disconnectReason", "String"},
		{IndexConnectivity, "connectivity.clientId", "String"},
		{IndexConnectivity, "connectivity.cleanSession", "Boolean"},
		{IndexConnectivity, "connectivity.keepAliveDuration", "Number"},
		{IndexConnectivity, "connectivity.sessionExpiry", "Number"},
		{IndexConnectivity, "connectivity.version", "Number"},
		{IndexViolations, "deviceDefender.version", "Number"},
		{IndexViolations, "deviceDefender.violationCount", "Number"},
		{IndexViolations, "deviceDefender.*.*.inViolation", "Boolean"},
		{IndexViolations, "deviceDefender.*.*.lastViolationTime", "Number"},
		{IndexViolations, "deviceDefender.*.*.metricName", "String"},
	} {
		if on(f.mode) {
			fields = append(fields, IndexedField{f.name, f.kind})
		}
	}
	return fields
}

// ManagedFields are those that AWS indexes by itself, none while indexing is off.
func (g ThingGroupIndexing) ManagedFields() []IndexedField {
	if g.ThingGroupIndexingMode != IndexingOn {
		return nil
	}
	return []IndexedField{{"parentGroupNames", "String"}, {"description", "String"}, {"version", "Number"},
		{"thingGroupName", "String"}, {"thingGroupId", "String"}}
}
