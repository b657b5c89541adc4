package control

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iot"
)

func TestDescribeEndpoint(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		kind   string
		want   string
		err    refusal
		source string
	}{
		{"iot:Data-ATS", "data-ats.example.test", good, "A-1, A-2"},
		{"iot:CredentialProvider", "credentialprovider.example.test", good, "A-2"},
		{"", "data.example.test", good, "A-4"},
		{"iot:Retired", "", refusal{400, "InvalidRequestException", "retired"}, "A-5"},
	} {
		in := &iot.DescribeEndpointInput{}
		if tt.kind != "" {
			in.EndpointType = &tt.kind
		}
		out, err := b.DescribeEndpoint(ctx, in)
		wants(t, tt.kind, err, tt.err, tt.source)
		if err == nil {
			is(t, tt.kind, *out.EndpointAddress, tt.want, tt.source)
		}
	}
}
