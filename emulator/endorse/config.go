package endorse

// A Config is the account at SORACOM that is emulated, in SORACOM's own field
// names, and the HTTP APIs in front of functions.
type Config struct {
	// OperatorID is "OP" and ten digits or capital letters. Required.
	OperatorID string `yaml:"operatorId"`

	// AuthKeys and Users may call the API.
	AuthKeys []AuthKey `yaml:"authKeys"`
	Users    []User    `yaml:"users"`

	// SoracomEndorse is the group's setting of that name. It counts for every
	// subscriber.
	SoracomEndorse Group `yaml:"SoracomEndorse"`

	// MatchRedirectURLPrefixes also allows redirect URLs that begin with one of
	// authorizedRedirectUrls. SORACOM has no such switch.
	MatchRedirectURLPrefixes bool `yaml:"matchRedirectUrlPrefixes"`

	// Subscribers are the SIMs.
	Subscribers []Subscriber `yaml:"subscribers"`

	// ConnectedIMSI is whose SIM a request comes from, unless its address is the
	// IPAddress of another. Default: that of the first subscriber
	// without an IPAddress.
	ConnectedIMSI string `yaml:"connectedImsi"`

	// APIs are GET methods of API Gateway, each with a Lambda function behind it
	// in a non-proxy integration.
	APIs []API `yaml:"apis"`
}

// An AuthKey is a pair of identifier and secret.
type AuthKey struct {
	AuthKeyID string `yaml:"authKeyId"`
	AuthKey   string `yaml:"authKey"`
}

// A User is the root user, who has an email address, or a SAM user, who has a
// name.
type User struct {
	Email    string `yaml:"email"`
	UserName string `yaml:"userName"`
	Password string `yaml:"password"`
}

// A Group is the setting SoracomEndorse of a group.
type Group struct {
	// Enabled is whether there are tokens at all.
	Enabled bool `yaml:"enabled"`
	// ParametersToEndorse are what a token says.
	ParametersToEndorse Parameters `yaml:"parametersToEndorse"`
	// TokenTimeoutSeconds is how long a token is good. Default 600.
	TokenTimeoutSeconds int `yaml:"tokenTimeoutSeconds"`
	// AllowOrigin is the Access-Control-Allow-Origin of every answer. Default:
	// none.
	AllowOrigin string `yaml:"allowOrigin"`
	// AuthorizedRedirectURLs are where a token may be sent.
	AuthorizedRedirectURLs []string `yaml:"authorizedRedirectUrls"`
}

// Parameters are what is ticked.
type Parameters struct {
	SIMID             bool `yaml:"simId"`
	IMSI              bool `yaml:"imsi"`
	IMEI              bool `yaml:"imei"`
	MSISDN            bool `yaml:"msisdn"`
	RequestParameters bool `yaml:"requestParameters"`
}

// A Subscriber is a SIM, as the API lists it.
type Subscriber struct {
	// IMSI is 6 to 15 digits. Required.
	IMSI   string `yaml:"imsi" json:"imsi"`
	MSISDN string `yaml:"msisdn" json:"msisdn"`
	SIMID  string `yaml:"simId" json:"simId"`
	ICCID  string `yaml:"iccid" json:"iccid,omitempty"`
	// IMEI is that of the device with the SIM in it.
	IMEI string `yaml:"imei" json:"-"`
	// IPAddress, if not empty, is where requests of this SIM come from.
	IPAddress string `yaml:"ipAddress" json:"ipAddress,omitempty"`
	// OperatorID is who owns the SIM; others' SIMs get tokens but are not
	// listed. Default: that of the configuration.
	OperatorID string `yaml:"operatorId" json:"operatorId"`
	// Status is active, inactive, ready, instock, shipped, suspended or
	// terminated. Default active; others get no token.
	Status     string            `yaml:"status" json:"status"`
	GroupID    string            `yaml:"groupId" json:"groupId,omitempty"`
	SpeedClass string            `yaml:"speedClass" json:"speedClass"` // default s1.standard
	Tags       map[string]string `yaml:"tags" json:"tags"`
	CreatedAt  int               `yaml:"createdAt" json:"createdAt"` // milliseconds since 1970
}

// An API is the GET method of one resource.
type API struct {
	// Host and Path are its URL; whether Path ends in "/" does not matter. Host
	// is required, the default Path is "/".
	Host string `yaml:"host"`
	Path string `yaml:"path"`
	// Function is the name of the Lambda function. Required.
	Function string `yaml:"function"`
	// Event is the event it gets: its members, each with the name of the query
	// parameter that it is taken from.
	Event map[string]string `yaml:"event"`
	// AllowOrigin is the Access-Control-Allow-Origin of its answers. Default "*",
	// as the console enables it.
	AllowOrigin string `yaml:"allowOrigin"`
}
