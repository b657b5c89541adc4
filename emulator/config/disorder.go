package config

// Disorder lets a test see where AWS promises no order and this gateway keeps one
// otherwise. The zero value keeps it. In suback.yaml disorder: {pubacks: true, seed: 7}.
type Disorder struct {
	// Pubacks lets the PUBACKs of one connection's QoS 1 publishes come in another
	// order than the publishes: up to 8 wait, for 50 ms after the newest [B-699].
	Pubacks bool `yaml:"pubacks" json:"pubacks"`

	// Shadows lets the messages of one update of a device shadow, which are accepted,
	// delta and documents, come in another order [S-58].
	Shadows bool `yaml:"shadows" json:"shadows"`

	// Seed makes a run repeat: what a client sees depends on it, on its client id,
	// and on what it publishes without a pause.
	Seed int `yaml:"seed" json:"seed"`
}
