package registry

import "testing"

func TestArnLike(t *testing.T) {
	const arn = "arn:aws:iot:eu-west-1:123456789012:authorizer/pumps"
	tests := []struct {
		pattern string
		want    bool
		source  string
	}{
		{arn, true, "A-139"},
		{"arn:aws:iot:eu-west-1:123456789012:authorizer/*", true, "A-139"},
		{"arn:aws:iot:*:*:authorizer/pump?", true, "A-139"},
		{"arn:aws:iot:*:authorizer/pumps", false, "IAM: each part is compared alone"},
		{"arn:*", false, "IAM: each part is compared alone"},
		{"arn:aws:iot:eu-west-1:123456789012:*", true, "IAM"},
		{"arn:aws:iot:eu-west-1:123456789012:authorizer/*m?s", true, "IAM"},
		{"arn:aws:iot:eu-west-1:123456789012:authorizer/pumps?", false, "IAM"},
		{"arn:aws:iot:eu-west-1:123456789012:authorizer/PUMPS", false, "IAM"},
		{"", false, "IAM"},
	}
	for _, tt := range tests {
		if got := arnLike(tt.pattern, arn); got != tt.want {
			t.Errorf("arnLike(%q): got %v, want %v (%s)", tt.pattern, got, tt.want, tt.source)
		}
	}
}
