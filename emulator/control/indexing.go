package control

import (
	"context"
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// The indexing configuration
//
//   - at least one of both must be given; the other stays as it is
//   - managed fields may be named as they are, and are not changed by that

func (s *service) indexingOperations() operations {
	return operations{
		"GetIndexingConfiguration":    register(s.getIndexingConfiguration),
		"UpdateIndexingConfiguration": register(s.updateIndexingConfiguration),
	}
}

type thingIndexing struct {
	registry.ThingIndexing
	ManagedFields []registry.IndexedField `json:"managedFields,omitempty"`
}

type thingGroupIndexing struct {
	registry.ThingGroupIndexing
	ManagedFields []registry.IndexedField `json:"managedFields,omitempty"`
}

// indexing is what is asked for, or answered.
type indexing struct {
	Thing      *thingIndexing      `json:"thingIndexingConfiguration"`
	ThingGroup *thingGroupIndexing `json:"thingGroupIndexingConfiguration"`
}

func (s *service) getIndexingConfiguration(context.Context, none) (indexing, error) {
	x := s.registry.Indexing()
	out := indexing{&thingIndexing{x.Thing, x.Thing.ManagedFields()},
		&thingGroupIndexing{x.ThingGroup, x.ThingGroup.ManagedFields()}}
	if f := &out.Thing.Filter; x.Thing.ThingIndexingMode != registry.IndexingOff {
		f.NamedShadowNames, f.GeoLocations = there(f.NamedShadowNames), there(f.GeoLocations)
		f.Connectivity.IncludeSocketInformation = there(f.Connectivity.IncludeSocketInformation)
	}
	return out, nil
}

// there is an empty list instead of none.
func there[T any](list []T) []T { return append([]T{}, list...) }

func (s *service) updateIndexingConfiguration(_ context.Context, in indexing) (none, error) {
	if in.Thing == nil && in.ThingGroup == nil {
		return none{}, refuse(invalidRequest,
			"At least one configuration to update (thingIndexingConfiguration / thingGroupIndexingConfiguration) is "+
				"required")
	}
	var things *registry.ThingIndexing
	var groups *registry.ThingGroupIndexing
	if in.Thing != nil {
		things = &in.Thing.ThingIndexing
		if err := checkManaged("thingIndexingConfiguration", in.Thing.ManagedFields,
			registry.AllManagedFields()); err != nil {
			return none{}, err
		}
	}
	if in.ThingGroup != nil {
		groups = &in.ThingGroup.ThingGroupIndexing
		known := registry.ThingGroupIndexing{ThingGroupIndexingMode: registry.IndexingOn}.ManagedFields()
		if err := checkManaged("thingGroupIndexingConfiguration", in.ThingGroup.ManagedFields, known); err != nil {
			return none{}, err
		}
	}
	return none{}, s.registry.UpdateIndexing(things, groups)
}

// checkManaged wants managed fields as they are.
func checkManaged(of string, fields, known []registry.IndexedField) error {
	for _, f := range fields {
		if !slices.Contains(known, f) {
			return refuse(invalidRequest, "Only managed fields with expected types are allowed in %s.managedFields. "+
				"Invalid field(s): [name:%s, type:%s]",
				of, f.Name, f.Type)
		}
	}
	return nil
}
