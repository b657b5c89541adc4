package scenario

// The format, continued: who a client says that it is.

// A Certificate is that of a client, made for it.
type Certificate struct {
	// Status: ACTIVE (the default), INACTIVE, REVOKED, PENDING_ACTIVATION; unregistered: no account
	// knows it; none: the client shows none.
	Status string `yaml:"status" short:"true"`
	// CA that signed it, made for it; default: it signs itself.
	CA *CA `yaml:"ca"`
	// Key: P-256 (the default), P-384 or P-521.
	Key string `yaml:"key"`
	// Expired since an hour.
	Expired bool `yaml:"expired"`
	// Early: it is valid in an hour.
	Early bool `yaml:"early"`
}

// A CA is registered with the account.
type CA struct {
	// Status: ACTIVE (the default) or INACTIVE.
	Status string `yaml:"status"`
	// AutoRegistration has the certificate register itself when its client connects.
	AutoRegistration bool `yaml:"autoRegistration"`
	// Template of just-in-time provisioning, kept with the CA.
	Template string `yaml:"template"`
}

// A Sign is how a request or the upgrade of a WebSocket is signed by Signature Version 4.
type Sign struct {
	// Key is an access key's id, as in credentials of the resources.
	Key string `yaml:"key" short:"true"`
	// Secret of the key; default: that of credentials, or else "secret".
	Secret string `yaml:"secret"`
	// Token of temporary keys.
	Token string `yaml:"token"`
	// Region of the scope; default us-east-1.
	Region string `yaml:"region"`
	// Service of the scope; default iotdevicegateway for an upgrade, and iotdata for a call.
	Service string `yaml:"service"`
	// Age of the signature.
	Age Duration `yaml:"age"`
	// Ahead: the clock that it was made by is so far ahead.
	Ahead Duration `yaml:"ahead"`
	// Header has an upgrade signed in its headers, in place of its URL; calls always are.
	Header bool `yaml:"header"`
	// TokenSigned has the token signed, too, which must stand behind a URL's signature.
	TokenSigned bool `yaml:"tokenSigned"`
}

// An Event step looks at what the function of an authorizer was asked. A function that an
// authorizer of the resources names, and that they do not have, is one that answers with the
// client's policy, or its answer.
type Event struct {
	// Function that was asked; default: that of every client.
	Function string `yaml:"function" short:"true"`
	// Client that it was about, by its client id; default: the latest event of any.
	Client string `yaml:"client"`
	// Contains is JSON whose members the event must have.
	Contains Payload `yaml:"contains"`
	// Lacks are members that it must not have, as protocolData.http.
	Lacks []string `yaml:"lacks"`
	// Times that it has been asked; 0: never.
	Times *int `yaml:"times"`
	// Within this time; default 10s.
	Within Duration `yaml:"within" above0:"true"`
}
