package endorse

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestConfigErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		at     string
		want   string
		source string
	}{
		{"no operator", func(c *Config) { c.OperatorID = "" }, "[operatorId]", `operatorId is "", want "OP" and ten digits or capital letters`,
			"A-303"},
		{"key without a name", func(c *Config) { c.AuthKeys[0].AuthKeyID = "" }, "[authKeys 0 authKeyId]",
			"authKeys[0].authKeyId is missing, want the name of the key, as keyId-local", "A-303"},
		{"key without a secret", func(c *Config) { c.AuthKeys[0].AuthKey = "" }, "[authKeys 0 authKey]",
			"authKeys[0].authKey is missing, want the secret, as secret-local", "A-303"},
		{"user of two kinds", func(c *Config) { c.Users[0].UserName = "x" }, "[users 0]",
			"users[0] has to be the root user or a SAM user, want either email or userName", "A-303"},
		{"user without a password", func(c *Config) { c.Users[1].Password = "" }, "[users 1 password]",
			"users[1].password is missing, want a password", "A-303"},
		{"timeout", func(c *Config) { c.SoracomEndorse.TokenTimeoutSeconds = -1 }, "[SoracomEndorse tokenTimeoutSeconds]",
			"SoracomEndorse.tokenTimeoutSeconds is -1, want more than 0 seconds", "A-292"},
		{"origin with a path", func(c *Config) { c.SoracomEndorse.AllowOrigin = page + "/" }, "[SoracomEndorse allowOrigin]",
			`SoracomEndorse.allowOrigin is "http://localhost:8080/", want an origin, as http://localhost:8080 without a path, or "*"`, "A-289"},
		{"redirect to half a URL", func(c *Config) { c.SoracomEndorse.AuthorizedRedirectURLs = []string{"example.com"} },
			"[SoracomEndorse authorizedRedirectUrls 0]",
			`SoracomEndorse.authorizedRedirectUrls[0] is "example.com", want a complete URL, as https://example.com/login`, "A-287"},
		{"IMSI", func(c *Config) { c.Subscribers[1].IMSI = "44x" }, "[subscribers 1 imsi]", `subscribers[1].imsi is "44x", want 6 to 15 digits`,
			"A-305"},
		{"IMSI twice", func(c *Config) { c.Subscribers[1].IMSI = c.Subscribers[0].IMSI }, "[subscribers 1 imsi]",
			"subscribers[1].imsi is 440103000000001 a second time, want each SIM once", "A-305"},
		{"status", func(c *Config) { c.Subscribers[0].Status = "on" }, "[subscribers 0 status]",
			`subscribers[0].status is "on", want active, inactive, ready, instock, shipped, suspended, terminated`, "A-305"},
		{"address", func(c *Config) { c.Subscribers[0].IPAddress = "localhost" }, "[subscribers 0 ipAddress]",
			`subscribers[0].ipAddress is "localhost", want an IP address`, "A-280"},
		{"whose SIM", func(c *Config) { c.ConnectedIMSI = "1" }, "[connectedImsi]", `connectedImsi is "1", want the imsi of a subscriber`,
			"A-280"},
		{"API with a URL", func(c *Config) { c.APIs[0].Host = "https://x" }, "[apis 0 host]",
			`apis[0].host is "https://x", want a host name, as abc123.execute-api.ap-northeast-1.amazonaws.com`, "A-296"},
		{"API at SORACOM", func(c *Config) { c.APIs[0].Host = "API.soracom.io" }, "[apis 0 host]",
			"apis[0].host is api.soracom.io, which answers for something else, want a host of its own", "A-296"},
		{"API twice", func(c *Config) { c.APIs = append(c.APIs, c.APIs[0]) }, "[apis 1 path]",
			"apis[1].path is /prod of xxxxxxxx.execute-api.ap-northeast-1.amazonaws.com a second time, want each method once", "A-296"},
		{"API without a function", func(c *Config) { c.APIs[0].Function = "" }, "[apis 0 function]",
			"apis[0].function is missing, want the name of a function", "A-296"},
		{"API for no origin", func(c *Config) { c.APIs[0].AllowOrigin = "x" }, "[apis 0 allowOrigin]",
			`apis[0].allowOrigin is "x", want an origin, as http://localhost:8080 without a path, or "*"`, "A-290"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := seedConfig()
			tt.change(&c)
			_, err := c.completed()
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error (%s)", err, tt.source)
			}
			if at := fmt.Sprint(e.At); at != tt.at || e.Error() != tt.want {
				t.Errorf("got %s %q, want %s %q (%s)", at, e, tt.at, tt.want, tt.source)
			}
		})
	}
}

// TestConfigKeys decodes every key; those of the group are SORACOM's.
func TestConfigKeys(t *testing.T) {
	const text = `
operatorId: OP0012345678
authKeys: [{authKeyId: keyId-local, authKey: secret-local}]
users: [{email: root@example.com, password: p}, {userName: sam, password: p}]
SoracomEndorse:
  enabled: true
  parametersToEndorse: {simId: true, imsi: true, imei: true, msisdn: true, requestParameters: true}
  tokenTimeoutSeconds: 600
  allowOrigin: http://localhost:8080
  authorizedRedirectUrls: [https://example.com/login]
matchRedirectUrlPrefixes: true
subscribers:
  - {imsi: 440103000000001, msisdn: 810000000001, simId: 8942310017000000001, iccid: 8942310017000000001, imei: 800000012345678,
     ipAddress: 192.0.2.7, operatorId: OP0012345678, status: active, groupId: g, speedClass: s1.fast, tags: {a: b}, createdAt: 1451116301000}
connectedImsi: 440103000000001
apis: [{host: a.example, path: /prod/, function: f, event: {token: soracom_endorse_token}, allowOrigin: "*"}]
`
	var c Config
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	c, err := c.completed()
	if err != nil {
		t.Fatal(err)
	}
	if c.ConnectedIMSI != "440103000000001" || c.APIs[0].Path != "/prod" || c.Subscribers[0].CreatedAt != 1451116301000 ||
		!c.SoracomEndorse.ParametersToEndorse.MSISDN {
		t.Errorf("got %+v", c)
	}
}

func TestCompletingLeavesTheOriginalAlone(t *testing.T) {
	c := seedConfig()
	if _, err := c.completed(); err != nil {
		t.Fatal(err)
	}
	if c.APIs[0].Host != apiName || c.Subscribers[0].Status != "" {
		t.Errorf("got %+v changed", c)
	}
}

// TestSeedFixture: what a reader of seed 003 starts with is accepted.
func TestSeedFixture(t *testing.T) {
	file, err := os.ReadFile("../../fixtures/seeds/003/suback.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var content struct {
		Soracom yaml.Node `yaml:"soracom"`
	}
	if err := yaml.Unmarshal(file, &content); err != nil {
		t.Fatal(err)
	}
	section, err := yaml.Marshal(&content.Soracom)
	if err != nil {
		t.Fatal(err)
	}
	var c Config
	d := yaml.NewDecoder(bytes.NewReader(section))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if _, err := c.completed(); err != nil {
		t.Errorf("got %v, want none", err)
	}
}
