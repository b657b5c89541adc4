package registry

// A ThingDescription is what AWS IoT answers to DescribeThing, and the rules' function
// get_registry_data to the same question.
type ThingDescription struct {
	DefaultClientID  string            `json:"defaultClientId"`
	ThingName        string            `json:"thingName"`
	ThingID          string            `json:"thingId"`
	ThingArn         string            `json:"thingArn"`
	ThingTypeName    string            `json:"thingTypeName,omitempty"`
	Attributes       map[string]string `json:"attributes"`
	Version          int64             `json:"version"`
	BillingGroupName string            `json:"billingGroupName,omitempty"`
}

// Description is what there is to say of a thing.
func (t Thing) Description() ThingDescription {
	return ThingDescription{t.ThingName, t.ThingName, t.ThingID, t.ThingArn, t.ThingTypeName, t.Attributes,
		t.Version, t.BillingGroupName}
}
