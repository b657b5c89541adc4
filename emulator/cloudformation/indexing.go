package cloudformation

import "github.com/suback/suback/emulator/registry"

// noteIndexing is for what CloudFormation has nothing like.
func (t *template) noteIndexing() {
	if x := t.Indexing(); x.Thing.ThingIndexingMode != registry.IndexingOff ||
		x.ThingGroup.ThingGroupIndexingMode != registry.IndexingOff {
		t.note("the indexing configuration: aws iot update-indexing-configuration")
	}
}
