package control

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"

	"github.com/suback/suback/emulator/registry"
)

// again republishes.
func again(topic string) types.Action {
	return types.Action{Republish: &types.RepublishAction{RoleArn: aws.String(roleARN), Topic: &topic, Qos: aws.Int32(1)}}
}

func TestCreateTopicRule(t *testing.T) {
	payload := func(sql string, actions ...types.Action) *types.TopicRulePayload {
		return &types.TopicRulePayload{Sql: &sql, Actions: actions}
	}
	tests := []struct {
		name   string
		in     iot.CreateTopicRuleInput
		want   refusal
		source string
	}{
		{"plain", iot.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: payload("SELECT * FROM 'a/+'", again("b"))}, good, "R-4"},
		{"without actions", iot.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: payload("SELECT * FROM 'a'")},
			good, "R-2"},
		{"tags", iot.CreateTopicRuleInput{RuleName: aws.String("r"), Tags: aws.String("a=1&b%20c=d"),
			TopicRulePayload: payload("SELECT * FROM 'a'", again("b"))}, good, "API:CreateTopicRule"},
		{"AWS's tag", iot.CreateTopicRuleInput{RuleName: aws.String("r"), Tags: aws.String("aws:a=1"),
			TopicRulePayload: payload("SELECT * FROM 'a'", again("b"))}, refusal{400, invalidRequest, "aws:"}, "A-71"},
		{"hyphen", iot.CreateTopicRuleInput{RuleName: aws.String("a-b"), TopicRulePayload: payload("SELECT 1", again("b"))},
			refusal{400, invalidRequest, "'ruleName' failed to satisfy constraint: Member must satisfy regular expression pattern"}, "R-1"},
		{"no SQL", iot.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: payload("SELEC", again("b"))},
			refusal{400, "SqlParseException", "SELEC"}, "R-7"},
		{"empty action", iot.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: payload("SELECT 1", types.Action{})},
			refusal{400, invalidRequest, "actions[0] has no action that AWS has"}, "R-8"},
		{"two actions in one", iot.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: payload("SELECT 1",
			types.Action{Republish: again("b").Republish, Lambda: &types.LambdaAction{FunctionArn: aws.String("f")}})},
			refusal{400, invalidRequest, "(lambda, republish), want one"}, "R-8"},
	}
	for _, tt := range tests {
		b := newBench(t)
		if tt.in.TopicRulePayload.Actions == nil {
			tt.in.TopicRulePayload.Actions = []types.Action{}
		}
		_, err := b.CreateTopicRule(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err != nil {
			is(t, tt.name, len(b.registry.TopicRules()), 0, tt.source)
			continue
		}
		_, err = b.CreateTopicRule(ctx, &tt.in)
		wants(t, tt.name+" twice", err, refusal{409, alreadyExists, ""}, "R-4")
		if tt.in.Tags != nil {
			tags := must[*iot.ListTagsForResourceOutput](t)(b.ListTagsForResource(ctx,
				&iot.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:iot:us-east-1:000000000000:rule/r")}))
			is(t, tt.name, len(tags.Tags), 2, tt.source)
		}
	}
}

// TestTopicRuleRoles: AWS IoT assumes each role when the rule is made [R-8a].
func TestTopicRuleRoles(t *testing.T) {
	const arn = "arn:aws:iam::000000000000:role/"
	trusts := func(who, condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":` + who + `},"Action":"sts:AssumeRole"` +
			condition + `}]}`
	}
	as := func(role string) types.Action {
		return types.Action{Republish: &types.RepublishAction{RoleArn: aws.String(arn + role), Topic: aws.String("b")}}
	}
	source := func(rule string) string {
		return `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:iot:us-east-1:000000000000:rule/` + rule +
			`"},"StringEquals":{"aws:SourceAccount":"000000000000"}}`
	}
	refused := func(role string) refusal {
		return refusal{400, invalidRequest, "AWS IoT (iot.amazonaws.com) is unable to assume role (sts:AssumeRole) on resource: " + arn +
			role + ". If the role was just created or updated, please try again in a few seconds."}
	}
	b := newBench(t)
	for name, document := range map[string]string{"open": "", "iot": trusts(`["lambda.amazonaws.com","iot.amazonaws.com"]`, ""),
		"lambda": trusts(`"lambda.amazonaws.com"`, ""), "mine": trusts(`"iot.amazonaws.com"`, source("r")),
		"another": trusts(`"iot.amazonaws.com"`, source("x"))} {
		must[registry.Role](t)(b.registry.PutRole(registry.Role{RoleName: name, AssumeRolePolicyDocument: document}))
	}
	const dynamo = "SELECT * FROM 'a' WHERE get_dynamodb('t', 'k', 'v', '" + arn
	for _, tt := range []struct {
		name    string
		payload types.TopicRulePayload
		want    refusal
	}{
		{"no trust policy", types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{as("open")}}, good},
		{"trusted", types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{as("iot")}}, good},
		{"not known", types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{as("elsewhere")}}, good},
		{"of this rule", types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{as("mine")}}, good},
		{"of another rule", types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{as("another")}},
			refused("another")},
		{"for Lambda", types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{as("iot"), as("lambda")}},
			refused("lambda")},
		{"disabled", types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{as("lambda")}, RuleDisabled: aws.Bool(true)},
			refused("lambda")},
		{"of SQL", types.TopicRulePayload{Sql: aws.String(dynamo + "lambda').x = 1"), Actions: []types.Action{}}, refused("lambda")},
		{"of the error action", types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{},
			ErrorAction: &types.Action{Http: &types.HttpAction{Url: aws.String("https://localhost/x"), Auth: &types.HttpAuthorization{
				Sigv4: &types.SigV4Authorization{RoleArn: aws.String(arn + "lambda"), ServiceName: aws.String("s"), SigningRegion: aws.String("r")}}}}},
			refused("lambda")},
	} {
		_, err := b.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: &tt.payload})
		wants(t, tt.name, err, tt.want, "R-8a")
		if err == nil {
			must[*iot.DeleteTopicRuleOutput](t)(b.DeleteTopicRule(ctx, &iot.DeleteTopicRuleInput{RuleName: aws.String("r")}))
		}
	}
	must[*iot.CreateTopicRuleOutput](t)(b.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: aws.String("r"),
		TopicRulePayload: &types.TopicRulePayload{Sql: aws.String("SELECT 1"), Actions: []types.Action{as("iot")}}}))
	_, err := b.ReplaceTopicRule(ctx, &iot.ReplaceTopicRuleInput{RuleName: aws.String("r"),
		TopicRulePayload: &types.TopicRulePayload{Sql: aws.String("SELECT 2"), Actions: []types.Action{as("lambda")}}})
	wants(t, "replace", err, refused("lambda"), "R-8a")
}

func TestTopicRules(t *testing.T) {
	b := newBench(t)
	for name, sql := range map[string]string{"b": "SELECT * FROM 'a/+'", "a": "SELECT * FROM 'x'", "c": "SELECT *"} {
		must[*iot.CreateTopicRuleOutput](t)(b.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: &name,
			TopicRulePayload: &types.TopicRulePayload{Sql: &sql, Actions: []types.Action{again("t")}, RuleDisabled: aws.Bool(name == "c")}}))
	}
	got := must[*iot.GetTopicRuleOutput](t)(b.GetTopicRule(ctx, &iot.GetTopicRuleInput{RuleName: aws.String("b")}))
	is(t, "get", []any{*got.RuleArn, *got.Rule.RuleName, *got.Rule.Sql, *got.Rule.AwsIotSqlVersion, *got.Rule.RuleDisabled,
		*got.Rule.Actions[0].Republish.Topic, *got.Rule.Actions[0].Republish.Qos, got.Rule.CreatedAt.IsZero(), got.Rule.ErrorAction == nil},
		[]any{"arn:aws:iot:us-east-1:000000000000:rule/b", "b", "SELECT * FROM 'a/+'", "2015-10-08", false, "t", int32(1), false, true},
		"R-3, R-4")
	for _, tt := range []struct {
		name, topic string
		disabled    *bool
		want        []string
		source      string
	}{
		{"all", "", nil, []string{"a x", "b a/+", "c "}, "R-6"},
		{"by topic", "a/b", nil, []string{"b a/+"}, "R-6"},
		{"disabled", "", aws.Bool(true), []string{"c "}, "R-6"},
		{"enabled", "", aws.Bool(false), []string{"a x", "b a/+"}, "R-6"},
	} {
		var got []string
		in := &iot.ListTopicRulesInput{MaxResults: aws.Int32(2), RuleDisabled: tt.disabled}
		if tt.topic != "" {
			in.Topic = &tt.topic
		}
		for pages := iot.NewListTopicRulesPaginator(b, in); pages.HasMorePages(); {
			for _, r := range must[*iot.ListTopicRulesOutput](t)(pages.NextPage(ctx)).Rules {
				got = append(got, *r.RuleName+" "+aws.ToString(r.TopicPattern))
			}
		}
		is(t, tt.name, got, tt.want, tt.source)
	}
}

func TestChangeTopicRule(t *testing.T) {
	b := newBench(t)
	must[*iot.CreateTopicRuleOutput](t)(b.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: aws.String("r"),
		TopicRulePayload: &types.TopicRulePayload{Sql: aws.String("SELECT 1"), Description: aws.String("d"),
			Actions: []types.Action{again("t")}}}))
	denied := refusal{401, unauthorized, "Access to topic rule 'x' was denied"}
	tests := []struct {
		name string
		do   func(rule string) error
		want refusal // of a rule that does not exist
	}{
		{"replace", func(rule string) error {
			_, err := b.ReplaceTopicRule(ctx, &iot.ReplaceTopicRuleInput{RuleName: &rule,
				TopicRulePayload: &types.TopicRulePayload{Sql: aws.String("SELECT 2 FROM 'b'"), Actions: []types.Action{}}})
			return err
		}, denied},
		{"disable", func(rule string) error {
			_, err := b.DisableTopicRule(ctx, &iot.DisableTopicRuleInput{RuleName: &rule})
			return err
		}, denied},
		{"enable", func(rule string) error {
			_, err := b.EnableTopicRule(ctx, &iot.EnableTopicRuleInput{RuleName: &rule})
			return err
		}, denied},
		{"get", func(rule string) error {
			_, err := b.GetTopicRule(ctx, &iot.GetTopicRuleInput{RuleName: &rule})
			return err
		}, denied},
		{"delete", func(rule string) error {
			_, err := b.DeleteTopicRule(ctx, &iot.DeleteTopicRuleInput{RuleName: &rule})
			return err
		}, good},
	}
	var disabled []bool
	for _, tt := range tests {
		wants(t, tt.name+" of nothing", tt.do("x"), tt.want, "R-4, R-5")
		wants(t, tt.name, tt.do("r"), good, "R-4")
		if r, ok := b.registry.TopicRule("r"); ok {
			is(t, tt.name, []string{r.SQL, r.Description}, []string{"SELECT 2 FROM 'b'", ""}, "R-4")
			disabled = append(disabled, r.RuleDisabled)
		}
	}
	is(t, "disabled", disabled, []bool{false, true, false, false}, "R-4")
	is(t, "left", len(b.registry.TopicRules()), 0, "R-4")
}
