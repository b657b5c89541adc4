package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/near"
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

	Listeners Listeners           `yaml:"listeners"`
	Limits    Limits              `yaml:"limits"`
	Disorder  Disorder            `yaml:"disorder"`
	Functions map[string]Function `yaml:"functions"` // by function name

	// FunctionsAPI is "on", the default, or "off": then Lambda's API makes no
	// functions, changes none and runs none. In suback.yaml: functions: {api: off}.
	FunctionsAPI string `yaml:"-"`

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
	ThingGroups    []ThingGroup            `yaml:"thingGroups"`

	Credentials   []Credential            `yaml:"credentials"`
	Roles         []Role                  `yaml:"roles"`
	RoleAliases   []registry.RoleAlias    `yaml:"roleAliases"`
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

// Listeners are addresses to listen on: "host:port"; ":port" for this machine
// alone, or what Options.Bind says; port 0 for a free one, "off" for none. Empty
// means the default.
type Listeners struct {
	MQTT  string `yaml:"mqtt"`  // plain MQTT, which AWS does not have
	MQTTS string `yaml:"mqtts"` // stands for AWS's 8883
	HTTPS string `yaml:"https"` // stands for AWS's 443
	HTTP  string `yaml:"http"`  // plain HTTP: admin API and ws://
}

// LoadConfig reads a configuration file. Every error names the file and, where
// there is one, the line.
func LoadConfig(file string) (*Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c, err := parseConfig(file, text)
	if err != nil {
		return nil, err
	}
	c.stamp = stampOf(text)
	return c, nil
}

func parseConfig(file string, text []byte) (*Config, error) {
	c := &Config{file: file, dir: filepath.Dir(file), where: new(yaml.Node)}
	if err := yaml.Unmarshal(text, c.where); err != nil {
		return nil, c.positioned(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(c)
	c.placeAccounts()
	err = c.functionsAPI(err)
	for _, name := range c.accountNames() {
		err = c.Accounts[name].functionsAPI(err)
	}
	if len(bytes.TrimSpace(text)) == 0 || len(c.where.Content) == 0 {
		err = nil
	}
	unreadable, wrong := c.positioned(err), c.check()
	if unreadable != nil || wrong != nil {
		_, refused := (Options{Config: c}).registry()
		return nil, c.mistakes(unreadable, errors.Join(wrong, refused, c.refusedAccounts()))
	}
	return c, nil
}

// functionsAPI reads functions: {api: off}. To the decoder that is a function
// which is none, so its error goes.
func (c *Config) functionsAPI(err error) error {
	if len(c.where.Content) == 0 {
		return err
	}
	functions, _ := child(c.where.Content[0], "functions")
	if functions == nil {
		return err
	}
	api, _ := child(functions, "api")
	list := new(yaml.TypeError)
	if api == nil || api.Kind != yaml.ScalarNode || !errors.As(err, &list) {
		return err
	}
	c.FunctionsAPI = api.Value
	own := fmt.Sprintf("line %d: cannot unmarshal ", api.Line)
	list.Errors = slices.DeleteFunc(list.Errors, func(text string) bool {
		return strings.HasPrefix(text, own) && strings.HasSuffix(text, "into emulator.Function")
	})
	if len(list.Errors) == 0 {
		return nil
	}
	return list
}

// check finds what neither the decoder nor the registry looks at.
func (c *Config) check() error {
	all := []error{c.Limits.check(c), c.checkAccounts(), c.checkDomains()}
	if p := c.LambdaPermissions; p != "" && p != "warn" && p != "enforce" {
		all = append(all, c.errorf([]any{"lambdaPermissions"}, "lambdaPermissions is %q, want warn or enforce", p))
	}
	if api := c.FunctionsAPI; api != "" && api != "on" && api != "off" {
		all = append(all, c.errorf([]any{"functions", "api"},
			"functions.api is %q, want on or off, or the keys of a function of that name", api))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		if key, text := c.Functions[name].problem(); text != "" {
			all = append(all, c.errorf([]any{"functions", name, key}, "function %q: %s", name, text))
		}
	}
	return errors.Join(all...)
}

// path returns a path of the configuration as one of this process.
func (c *Config) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
}

var (
	lineError    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	unknownField = regexp.MustCompile(`^field (\S+) not found in type (\S+)$`)
	wrongType    = regexp.MustCompile("^cannot unmarshal (\\S+ )?(?:`(.*)` )?into (\\S+)$")
)

// positioned rewrites the decoder's errors as file:line and what was wanted.
func (c *Config) positioned(err error) error {
	if err == nil {
		return nil
	}
	texts := []string{err.Error()}
	if list := new(yaml.TypeError); errors.As(err, &list) {
		texts = list.Errors
	}
	var all []error
	for _, text := range texts {
		m := lineError.FindStringSubmatch(text)
		if m == nil {
			all = append(all, &mistake{file: c.file, text: strings.TrimPrefix(text, "yaml: ")})
			continue
		}
		line, _ := strconv.Atoi(m[1]) // digits, by the pattern
		all = append(all, &mistake{file: c.file, line: line, text: explainYAML(m[2])})
	}
	return errors.Join(all...)
}

// explainYAML says in a user's words what the decoder says in Go's.
func explainYAML(text string) string {
	if m := unknownField.FindStringSubmatch(text); m != nil {
		return unknownKey(m[1], keysOf(reflect.TypeFor[Config](), m[2]))
	}
	if m := wrongType.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("the value is %s, want %s", strconv.Quote(m[2]), inWords(m[3]))
	}
	return text
}

func unknownKey(key string, keys []string) string {
	if meant := near.Name(key, keys); meant != "" {
		return fmt.Sprintf("unknown key %q, is %q meant? fixtures/suback.yaml shows every key", key, meant)
	}
	return fmt.Sprintf("unknown key %q, want one of %s", key, strings.Join(keys, ", "))
}

// inWords names a Go type as a user of YAML would.
func inWords(goType string) string {
	switch {
	case goType == "string":
		return "a text"
	case goType == "int":
		return "a whole number"
	case strings.HasSuffix(goType, "bool"):
		return "true or false"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	}
	return "keys and values"
}

// keysOf returns the keys of the struct with that name anywhere below t.
func keysOf(t reflect.Type, name string) []string {
	if t == reflect.TypeFor[map[string]*Config]() { // they have the keys that are being looked for
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return keysOf(t.Elem(), name)
	case reflect.Struct:
	default:
		return nil
	}
	var keys, below []string
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if !f.IsExported() || key == "" || key == "-" {
			continue
		}
		keys = append(keys, key)
		if found := keysOf(f.Type, name); found != nil {
			below = found
		}
	}
	if t.String() == name {
		slices.Sort(keys)
		return keys
	}
	return below
}
