package control

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

func TestTags(t *testing.T) {
	b := newBench(t)
	pair := func(key, value string) []types.Tag { return []types.Tag{{Key: &key, Value: &value}} }
	in := unsigned("a")
	in.Tags = pair("env", "dev")
	arn := *must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, in)).AuthorizerArn
	gone := arn + "gone"
	tag := func(arn string, tags []types.Tag) error {
		_, err := b.TagResource(ctx, &iot.TagResourceInput{ResourceArn: &arn, Tags: tags})
		return err
	}
	untag := func(arn string, keys ...string) error {
		_, err := b.UntagResource(ctx, &iot.UntagResourceInput{ResourceArn: &arn, TagKeys: keys})
		return err
	}
	list := func(arn string) (string, error) {
		out, err := b.ListTagsForResource(ctx, &iot.ListTagsForResourceInput{ResourceArn: &arn})
		text := ""
		if err == nil {
			for _, t := range out.Tags {
				text += fmt.Sprintf("%s=%s ", *t.Key, *t.Value)
			}
		}
		return text, err
	}
	check := func(arn, want, source string) {
		t.Helper()
		got, err := list(arn)
		wants(t, "ListTagsForResource", err, good, source)
		is(t, "tags", got, want, source)
	}
	noARN := refusal{400, "InvalidRequestException", "Invalid resource ARN: x"}

	check(arn, "env=dev ", "A-71")
	wants(t, "tag", tag(arn, append(pair("env", "prod"), types.Tag{Key: aws.String("team"), Value: aws.String("a")})), good, "A-71")
	check(arn, "env=prod team=a ", "A-71")
	wants(t, "untag", untag(arn, "team", "absent"), good, "A-71")
	check(arn, "env=prod ", "A-71")
	check(gone, "", "A-332")
	wants(t, "tag what is gone", tag(gone, pair("k", "v")), noSuch, "A-332")
	wants(t, "untag what is gone", untag(gone, "k"), noSuch, "A-332")
	wants(t, "tag no ARN", tag("x", pair("k", "v")), noARN, "A-332")
	wants(t, "untag no ARN", untag("x", "k"), noARN, "A-332")
	_, err := list("x")
	wants(t, "list no ARN", err, noARN, "A-332")
	_, err = list("arn:aws:iot:us-east-1:000000000000:x")
	wants(t, "list no resource", err, refusal{400, "InvalidRequestException", "Invalid resource ARN"}, "A-332")
	wants(t, "bad key", tag(arn, pair("a*b", "v")), refusal{400, "InvalidRequestException", "tags.1.member.Key"}, "A-326")
	var many []types.Tag
	for i := range 51 {
		many = append(many, pair(fmt.Sprint("k", i), "v")...)
	}
	wants(t, "51 tags", tag(arn, many), refusal{410, "LimitExceededException", "50"}, "A-69")
}
