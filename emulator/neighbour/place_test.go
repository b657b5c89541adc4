package neighbour

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(profile, []byte("[default]\nendpoint_url = http://all:1\nservices = own\n[services own]\nsqs =\n"+
		"  endpoint_url = http://own:2\ncloudwatch_logs =\n  endpoint_url = http://logs:3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	inProfile := "AWS_CONFIG_FILE=" + profile
	both := []string{"AWS_ENDPOINT_URL_SQS=http://env:5", "AWS_ENDPOINT_URL=http://env:6"}
	named := map[string]string{"sqs": "http://yaml:4/", "s3": "aws"}
	tests := []struct {
		name      string
		endpoints map[string]string
		env       []string
		service   string
		want, by  string // "": ErrNowhere
	}{
		{"nothing", nil, nil, "sqs", "", ""},
		{"suback.yaml", named, []string{"AWS_ENDPOINT_URL_SQS=http://env:5"}, "sqs", "http://yaml:4", "actions.sqs"},
		{"AWS's own", named, []string{"AWS_ENDPOINT_URL=http://env:5"}, "s3", "https://s3.cn-north-1.amazonaws.com.cn", "actions.s3"},
		{"not AWS's own", named, nil, "dynamoDB", "", ""},
		{"variable", nil, both, "sqs", "http://env:5", "AWS_ENDPOINT_URL_SQS"},
		{"variable of all", nil, both, "sns", "http://env:6", "AWS_ENDPOINT_URL"},
		{"two words", nil, []string{"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http://env:7"}, "cloudwatchLogs",
			"http://env:7", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"},
		{"SFN", nil, []string{"AWS_ENDPOINT_URL_SFN=http://env:8/"}, "stepFunctions", "http://env:8", "AWS_ENDPOINT_URL_SFN"},
		{"profile", nil, []string{inProfile}, "sqs", "http://own:2", "profile"},
		{"profile, two words", nil, []string{inProfile}, "cloudwatchLogs", "http://logs:3", "profile"},
		{"profile of all", nil, []string{inProfile}, "sns", "http://all:1", "profile"},
		{"variable before profile", nil, []string{inProfile, "AWS_ENDPOINT_URL_SQS=http://env:5"}, "sqs", "http://env:5", "AWS_ENDPOINT_URL_SQS"},
		{"ignored", nil, []string{inProfile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL=http://env:5"}, "sqs", "", ""},
		{"no such profile", nil, []string{"AWS_PROFILE=nobody", "AWS_ENDPOINT_URL=http://env:5"}, "sqs", "", ""},
		{"no such profile, but named", named, []string{"AWS_PROFILE=nobody"}, "sqs", "http://yaml:4", "actions.sqs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			isolate(t, tt.env...)
			s := New(Options{Endpoints: tt.endpoints, Region: "cn-north-1", Partition: "aws-cn"})
			got, by, err := s.Find(t.Context(), tt.service)
			if got != tt.want || !strings.Contains(by, tt.by) || (tt.want == "") != errors.Is(err, ErrNowhere) {
				t.Errorf("got %q by %q (%v), want %q by %q", got, by, err, tt.want, tt.by)
			}
		})
	}
	if _, _, err := (*Services)(nil).Find(t.Context(), "sqs"); !errors.Is(err, ErrNowhere) {
		t.Errorf("of no services: got %v, want %v", err, ErrNowhere)
	}
}

// A variable that is no URL is an error, and does not show what is in it.
func TestFindNoURL(t *testing.T) {
	for _, endpoint := range []string{"localhost:9324", "http://user:secret@host:1", "ftp://host", "http://host?a=secret", "aws"} {
		isolate(t, "AWS_ENDPOINT_URL_SQS="+endpoint)
		_, _, err := New(Options{Region: "us-east-1"}).Find(t.Context(), "sqs")
		if err == nil || errors.Is(err, ErrNowhere) || strings.Contains(err.Error(), "secret") ||
			!strings.Contains(err.Error(), "AWS_ENDPOINT_URL_SQS") {
			t.Errorf("%s: got %v, want an error that names the variable alone", endpoint, err)
		}
	}
}

// For a tool whose user named AWS, what nothing names is AWS's own, and only that: an endpoint
// that somebody configured stays, and so does a mistake of the configuration.
func TestFindAWS(t *testing.T) {
	tests := []struct {
		name, region, partition string
		env                     []string
		service, want           string // "": ErrNowhere
		own                     bool
	}{
		{"AWS's own", "eu-west-1", "aws", nil, "iot", "https://iot.eu-west-1.amazonaws.com", true},
		{"in China", "cn-north-1", "aws-cn", nil, "sts", "https://sts.cn-north-1.amazonaws.com.cn", true},
		{"the host of an account", "eu-west-1", "aws", nil, "iotData", "https://a1-ats.iot.eu-west-1.amazonaws.com", true},
		{"variable", "eu-west-1", "aws", []string{"AWS_ENDPOINT_URL_IOT=http://env:5"}, "iot", "http://env:5", false},
		{"variable of the data plane", "eu-west-1", "aws", []string{"AWS_ENDPOINT_URL_IOT_DATA_PLANE=http://env:6"},
			"iotData", "http://env:6", false},
		{"variable of all", "eu-west-1", "aws", []string{"AWS_ENDPOINT_URL=http://env:7"}, "sts", "http://env:7", false},
		{"ignored", "eu-west-1", "aws", []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL=http://env:7"}, "iot",
			"https://iot.eu-west-1.amazonaws.com", true},
		{"no such profile", "eu-west-1", "aws", []string{"AWS_PROFILE=nobody"}, "iot", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			isolate(t, tt.env...)
			s := New(Options{Region: tt.region, Partition: tt.partition, AWS: true,
				Hosts: map[string]string{"iotData": "a1-ats.iot.eu-west-1.amazonaws.com"}})
			got, _, err := s.Find(t.Context(), tt.service)
			if got != tt.want || (tt.want == "") != errors.Is(err, ErrNowhere) || s.Own(t.Context(), tt.service) != tt.own {
				t.Errorf("got %q (%v), own %v, want %q, %v", got, err, s.Own(t.Context(), tt.service), tt.want, tt.own)
			}
		})
	}
	if slices.Contains(Names(), "iot") {
		t.Error("rules may call iot, want that tools alone do")
	}
}

// Region is what the environment or the profile says.
func TestRegion(t *testing.T) {
	for _, tt := range []struct{ env, want string }{
		{"", ""}, {"AWS_REGION=eu-west-1", "eu-west-1"}, {"AWS_DEFAULT_REGION=eu-west-2", "eu-west-2"},
	} {
		isolate(t)
		if name, value, ok := strings.Cut(tt.env, "="); ok {
			t.Setenv(name, value)
		}
		if got, err := Region(); got != tt.want || err != nil {
			t.Errorf("%s: got %q (%v), want %q", tt.env, got, err, tt.want)
		}
		for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
			os.Unsetenv(name)
		}
	}
}
