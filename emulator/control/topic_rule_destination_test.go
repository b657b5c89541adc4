package control

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

func overHTTP(url string) *types.TopicRuleDestinationConfiguration {
	return &types.TopicRuleDestinationConfiguration{HttpUrlConfiguration: &types.HttpUrlDestinationConfiguration{ConfirmationUrl: &url}}
}

func TestCreateTopicRuleDestination(t *testing.T) {
	vpc := &types.VpcDestinationConfiguration{VpcId: aws.String("vpc-1"), SubnetIds: []string{"subnet-1"}, RoleArn: aws.String(roleARN)}
	for _, tt := range []struct {
		name   string
		in     *types.TopicRuleDestinationConfiguration
		want   refusal
		status types.TopicRuleDestinationStatus
		source string
	}{
		{"http", overHTTP("https://example.com/in"), good, "IN_PROGRESS", "R-126"},
		{"no URL", overHTTP("example.com"), refusal{400, invalidRequest, "want a URL such as"}, "", "R-126"},
		{"neither", &types.TopicRuleDestinationConfiguration{}, refusal{400, invalidRequest, "want one of them"}, "", "R-127"},
		{"VPC", &types.TopicRuleDestinationConfiguration{VpcConfiguration: vpc}, good, "ENABLED", "R-127"},
	} {
		b := newBench(t)
		in := &iot.CreateTopicRuleDestinationInput{DestinationConfiguration: tt.in}
		got, err := b.CreateTopicRuleDestination(ctx, in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err != nil {
			continue
		}
		d := got.TopicRuleDestination
		is(t, tt.name, d.Status, tt.status, tt.source)
		is(t, tt.name+" dates", d.CreatedAt.IsZero() || d.LastUpdatedAt.IsZero(), false, "API:TopicRuleDestination")
		if tt.in.HttpUrlConfiguration != nil {
			is(t, tt.name, *d.HttpUrlProperties.ConfirmationUrl, "https://example.com/in", tt.source)
			is(t, tt.name, *d.StatusReason, "Awaiting confirmation. Confirmation message sent on "+
				d.LastUpdatedAt.Format("2006-01-02T15:04:05.000Z")+"; no response received from the endpoint.", tt.source)
			is(t, tt.name, strings.HasPrefix(*d.Arn, "arn:aws:iot:us-east-1:000000000000:ruledestination/http/"), true, tt.source)
		} else {
			is(t, tt.name, []string{*d.VpcProperties.VpcId, *d.VpcProperties.RoleArn, d.VpcProperties.SubnetIds[0], *d.StatusReason},
				[]string{"vpc-1", roleARN, "subnet-1", "Recorded: nothing is sent into a VPC from here."}, tt.source)
		}
		_, err = b.CreateTopicRuleDestination(ctx, in)
		wants(t, tt.name+" twice", err, refusal{409, alreadyExists, ""}, "R-126, guess")
	}
}

// TestTopicRuleDestinations: the life of one, from its token to its end.
func TestTopicRuleDestinations(t *testing.T) {
	b := newBench(t)
	for _, url := range []string{"https://b.example", "https://a.example", "https://c.example"} {
		must[*iot.CreateTopicRuleDestinationOutput](t)(b.CreateTopicRuleDestination(ctx,
			&iot.CreateTopicRuleDestinationInput{DestinationConfiguration: overHTTP(url)}))
	}
	seen := map[string]bool{}
	two := &iot.ListTopicRuleDestinationsInput{MaxResults: aws.Int32(2)}
	for pages := iot.NewListTopicRuleDestinationsPaginator(b, two); pages.HasMorePages(); {
		for _, d := range must[*iot.ListTopicRuleDestinationsOutput](t)(pages.NextPage(ctx)).DestinationSummaries {
			seen[*d.HttpUrlSummary.ConfirmationUrl+" "+string(d.Status)] = true
		}
	}
	is(t, "list", len(seen), 3, "R-127")
	made, _ := b.registry.TopicRuleDestinationOf("https://a.example")
	update := func(arn, status string) error {
		_, err := b.UpdateTopicRuleDestination(ctx,
			&iot.UpdateTopicRuleDestinationInput{Arn: &arn, Status: types.TopicRuleDestinationStatus(status)})
		return err
	}
	get := func(arn string) (string, error) {
		out, err := b.GetTopicRuleDestination(ctx, &iot.GetTopicRuleDestinationInput{Arn: &arn})
		if err != nil {
			return "", err
		}
		return string(out.TopicRuleDestination.Status), nil
	}
	confirm := func(token string) error {
		_, err := b.ConfirmTopicRuleDestination(ctx, &iot.ConfirmTopicRuleDestinationInput{ConfirmationToken: &token})
		return err
	}
	remove := func(arn string) error {
		_, err := b.DeleteTopicRuleDestination(ctx, &iot.DeleteTopicRuleDestinationInput{Arn: &arn})
		return err
	}
	noToken := refusal{400, invalidRequest, "is of no destination"}
	denied := refusal{401, unauthorized, "Access to topic rule destination 'arn:aws:iot:us-east-1:000000000000:ruledestination/http/x' was"}
	const unknown = "arn:aws:iot:us-east-1:000000000000:ruledestination/http/x"
	for _, tt := range []struct {
		name   string
		do     func() error
		want   refusal
		status string // of made, afterwards
		source string
	}{
		{"enable too early", func() error { return update(made.Arn, "ENABLED") },
			refusal{400, invalidRequest, "cannot become ENABLED while it is IN_PROGRESS"}, "IN_PROGRESS", "R-126"},
		{"a token of nothing", func() error { return confirm("ABC") }, noToken, "IN_PROGRESS", "R-127"},
		{"confirm", func() error { return confirm(made.ConfirmationToken) }, good, "ENABLED", "R-127"},
		{"enable", func() error { return update(made.Arn, "ENABLED") }, good, "ENABLED", "R-126"},
		{"disable", func() error { return update(made.Arn, "DISABLED") }, good, "DISABLED", "R-126"},
		{"another message", func() error { return update(made.Arn, "IN_PROGRESS") }, good, "IN_PROGRESS", "R-126"},
		{"the old token", func() error { return confirm(made.ConfirmationToken) }, noToken, "IN_PROGRESS", "R-126"},
		{"get of nothing", func() error { _, err := get(unknown); return err }, denied, "IN_PROGRESS", "R-127"},
		{"update of nothing", func() error { return update(unknown, "ENABLED") }, denied, "IN_PROGRESS", "R-127"},
		{"delete of nothing", func() error { return remove(unknown) }, good, "IN_PROGRESS", "R-127, guess"},
		{"delete", func() error { return remove(made.Arn) }, good, "", "R-127"},
	} {
		wants(t, tt.name, tt.do(), tt.want, tt.source)
		now, _ := get(made.Arn)
		is(t, tt.name, now, tt.status, tt.source)
	}
}

// TestEnableURL: who visits the URL of the message confirms, with no signature and by whatever
// name; nothing else of the API is open like that.
func TestEnableURL(t *testing.T) {
	for _, tt := range []struct {
		name, method, path string // TOKEN is the destination's
		want               int
		status             string
	}{
		{"visit", "GET", "/confirmdestination/TOKEN", 200, "ENABLED"},
		{"with what a browser adds", "GET", "/confirmdestination/TOKEN/?x=1", 200, "ENABLED"},
		{"another token", "GET", "/confirmdestination/ABC", 400, "IN_PROGRESS"},
		{"without a token", "GET", "/confirmdestination/", 404, "IN_PROGRESS"},
		{"another method", "POST", "/confirmdestination/TOKEN", 403, "IN_PROGRESS"},
		{"another operation", "GET", "/destinations", 403, "IN_PROGRESS"},
		{"a way around", "GET", "/confirmdestination/../destinations", 400, "IN_PROGRESS"},
		{"escaped", "GET", "/confirmdestination%2F../destinations", 403, "IN_PROGRESS"},
	} {
		b := newBench(t)
		d := must[*iot.CreateTopicRuleDestinationOutput](t)(b.CreateTopicRuleDestination(ctx,
			&iot.CreateTopicRuleDestinationInput{DestinationConfiguration: overHTTP("https://a.example")})).TopicRuleDestination
		made, _ := b.registry.TopicRuleDestination(*d.Arn)
		status, _, text := b.raw(tt.method, strings.ReplaceAll(tt.path, "TOKEN", made.ConfirmationToken), "", "Accept: */*")
		if now, _ := b.registry.TopicRuleDestination(*d.Arn); status != tt.want || now.Status != tt.status {
			t.Errorf("%s: got %d %s and %s, want %d and %s (R-127)", tt.name, status, text, now.Status, tt.want, tt.status)
		}
	}
}
