package config

import (
	"path/filepath"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/registry"
)

// A Config is the content of suback.yaml: the account that is emulated, with
// resources in the AWS API's own field names. fixtures/suback.yaml shows every
// key.
type Config struct {
	Region    string `yaml:"region"`    // default "us-east-1"
	AccountID string `yaml:"accountId"` // 12 digits, default "000000000000"

	// EndpointAddress is what DescribeEndpoint answers, and a name that the
	// listeners have a certificate for. Default: one of AWS's form, as
	// <prefix>-ats.iot.<region>.amazonaws.com.
	EndpointAddress string `yaml:"endpointAddress"`

	Listeners Listeners `yaml:"listeners"`
	Limits    Limits    `yaml:"limits"`
	Disorder  Disorder  `yaml:"disorder"`

	// Enforce is "deny", the default, or "log": then policies are asked and refuse nothing;
	// what they would refuse is a record of the trace. AWS has no such thing.
	Enforce string `yaml:"enforce"`

	Functions map[string]Function `yaml:"functions"` // by function name

	// FunctionsAPI is "on", the default, or "off": then Lambda's API makes no
	// functions, changes none and runs none. In suback.yaml: functions: {api: off}.
	FunctionsAPI string `yaml:"-"`

	// Actions say where the services are that actions of topic rules are sent to, by their
	// names: "sqs", "sns", "s3", "dynamoDB", "kinesis", "firehose", "cloudwatchLogs",
	// "stepFunctions" and "secretsManager". Each is http://host:port, or "aws" for AWS's own.
	// Of those that are not here the environment may say it, as SDKs have it:
	// AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL. What nothing says is sent nowhere.
	Actions map[string]string `yaml:"actions"`

	// LambdaPermissions is "warn", the default, or "enforce": then a function
	// without a matching permission is not invoked, as on AWS.
	LambdaPermissions string `yaml:"lambdaPermissions"`

	Authorizers           []registry.Authorizer          `yaml:"authorizers"`
	DefaultAuthorizerName string                         `yaml:"defaultAuthorizerName"`
	DomainConfigurations  []registry.DomainConfiguration `yaml:"domainConfigurations"`
	ServerCertificates    []ServerCertificate            `yaml:"serverCertificates"`

	// Policies are AWS IoT's; they serve users and roles as IAM policies too.
	Policies       []Policy                `yaml:"policies"`
	Certificates   []Certificate           `yaml:"certificates"`
	CACertificates []CACertificate         `yaml:"caCertificates"`
	ThingTypes     []ThingType             `yaml:"thingTypes"`
	BillingGroups  []registry.BillingGroup `yaml:"billingGroups"`
	Things         []Thing                 `yaml:"things"`
	Shadows        []Shadow                `yaml:"shadows"`
	ThingGroups    []ThingGroup            `yaml:"thingGroups"`

	Credentials []Credential         `yaml:"credentials"`
	Roles       []Role               `yaml:"roles"`
	RoleAliases []registry.RoleAlias `yaml:"roleAliases"`
	TopicRules  []registry.TopicRule `yaml:"topicRules"`

	// TopicRuleDestinations are servers that rules may send to; their hosts are open.
	TopicRuleDestinations []registry.TopicRuleDestination `yaml:"topicRuleDestinations"`

	IdentityPools []registry.IdentityPool `yaml:"identityPools"`
	Identities    []Identity              `yaml:"identities"`

	V2LoggingOptions    *registry.LoggingOptions      `yaml:"v2LoggingOptions"`
	V2LoggingLevels     []V2LoggingLevel              `yaml:"v2LoggingLevels"`
	LoggingOptions      *V1Logging                    `yaml:"loggingOptions"`
	EventConfigurations map[string]EventConfiguration `yaml:"eventConfigurations"` // by type, such as THING
	Tags                []TaggedResource              `yaml:"tags"`

	ThingIndexing      *registry.ThingIndexing      `yaml:"thingIndexingConfiguration"`
	ThingGroupIndexing *registry.ThingGroupIndexing `yaml:"thingGroupIndexingConfiguration"`

	// Accounts are more of them, by name, in the same process; see [Emulator.Account].
	// Each has all that stands here but Accounts. Its region is this one's unless it
	// says so, its id one of its name, and of listeners it has none unless it does: it
	// is reached by those of all, see docs/accounts.md.
	Accounts map[string]*Config `yaml:"accounts"`

	// Soracom turns on the stand-in for SORACOM's services; nil is off.
	Soracom *endorse.Config `yaml:"soracom"`

	name  string     // among Accounts
	file  string     // where it was read from, for messages
	dir   string     // what relative paths are relative to
	where *yaml.Node // the text's tree, for the line of a value
	stamp string     // of the file when it was read
}

// File is the file that it was loaded from, with the [Stamp] that the file had then; stamp
// is "" for one that was loaded from no file.
func (c *Config) File() (file, stamp string) { return c.file, c.stamp }

// Listeners are addresses to listen on: "host:port"; ":port" for this machine
// alone, or what Options.Bind says; port 0 for a free one, "off" for none. Empty
// means the default.
type Listeners struct {
	MQTT  string `yaml:"mqtt"`  // plain MQTT, which AWS does not have
	MQTTS string `yaml:"mqtts"` // stands for AWS's 8883
	HTTPS string `yaml:"https"` // stands for AWS's 443
	HTTP  string `yaml:"http"`  // plain HTTP: admin API and ws://
}

// path returns a path of the configuration as one of this process.
func (c *Config) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
}
