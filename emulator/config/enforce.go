package config

// What becomes of what a policy does not allow.
const (
	EnforceDeny = "deny" // it is refused, as on AWS
	EnforceLog  = "log"  // it goes through, on record
)
