package control

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/suback/suback/emulator/registry"
)

func TestCreateFunction(t *testing.T) {
	type input = lambdasdk.CreateFunctionInput
	b := newLambdaBench(t)
	notDone := func(text string) refusal { return refusal{501, "NotImplementedException", text} }
	wrong := func(text string) refusal { return bad400("InvalidParameterValueException", text) }
	for _, tt := range []struct {
		name   string
		change func(*input)
		want   refusal
		source string
	}{
		{"node", func(in *input) {}, good, "API:CreateFunction"},
		{"python", func(in *input) { in.Runtime = "python3.14" }, good, "API:CreateFunction"},
		{"by ARN", func(in *input) { in.FunctionName = str(lambdaARN + "by-ARN") }, good, "API:CreateFunction"},
		{"there", func(in *input) { in.FunctionName = str("named") }, refusal{409, "ResourceConflictException", "Function already exist: named"},
			"A-356"},
		{"name", func(in *input) { in.FunctionName = str("a b") }, bad400("ValidationException", "functionName"), "A-355"},
		{"a version in it", func(in *input) { in.FunctionName = str("a:b") }, bad400("ValidationException", "functionName"), "H-14"},
		{"another account's", func(in *input) { in.FunctionName = str("arn:aws:lambda:us-east-1:999999999999:function:x") },
			bad400("ValidationException", "functionName"), "H-14"},
		{"too long a", func(in *input) { in.FunctionName = str(strings.Repeat("x", 65)) }, bad400("ValidationException", "functionName"), "H-14"},
		{"short variable", func(in *input) { in.Environment = &types.Environment{Variables: map[string]string{"A": "x"}} },
			bad400("ValidationException", "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint"),
			"A-355"},
		{"role", func(in *input) { in.Role = str("x") },
			bad400("ValidationException", "Value at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:"),
			"A-355"},
		{"Ruby", func(in *input) { in.Runtime = "ruby3.3" }, wrong("Value ruby3.3 at 'runtime'"), "A-357"},
		{"Go's old one", func(in *input) { in.Runtime = "go1.x" },
			wrong("is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime " +
				"while creating or updating functions. (go1.x is gone on AWS since 2024: build the program as bootstrap (GOOS=linux go build -o " +
				"bootstrap) and use provided.al2023)"), "A-357, E-13"},
		{"no handler", func(in *input) { in.Handler = nil }, wrong("Runtime and Handler are mandatory parameters"), "A-357"},
		{"timeout", func(in *input) { in.Timeout = aws.Int32(901) }, bad400("ValidationException", "'timeout'"), "API:CreateFunction"},
		{"memory", func(in *input) { in.MemorySize = aws.Int32(64) }, bad400("ValidationException", "'memorySize'"), "API:CreateFunction"},
		{"no code", func(in *input) { in.Code = &types.FunctionCode{} }, wrong("Please provide a source for function code."), "A-357"},
		{"no zip", func(in *input) { in.Code.ZipFile = []byte("x") },
			wrong("Could not unzip uploaded file. Please check your file, then try to upload again."), "A-357"},
		{"too large", func(in *input) { in.Code.ZipFile = zipOf(t, "too much") }, wrong("the archive is too much"), "design"},
		{"AWS's variable", func(in *input) { in.Environment = &types.Environment{Variables: map[string]string{"AWS_REGION": "x"}} },
			wrong("Reserved keys used in this request: AWS_REGION"), "A-357"},
		{"S3", func(in *input) { in.Code = &types.FunctionCode{S3Bucket: str("bucket"), S3Key: str("k")} }, notDone("S3Bucket"), "emulator"},
		{"image", func(in *input) { in.PackageType = "Image" }, notDone("Image"), "emulator"},
		{"version", func(in *input) { in.Publish = true }, notDone("Publish"), "emulator"},
		{"layers", func(in *input) { in.Layers = []string{"arn:aws:lambda:us-east-1:000000000000:layer:x:1"} }, notDone("Layers"), "emulator"},
		{"AWS's tag", func(in *input) { in.Tags = map[string]string{"aws:x": "y"} }, wrong("starts with aws:"), "API:CreateFunction"},
	} {
		in := creation(t, strings.NewReplacer(" ", "-", "'", "").Replace(tt.name), tt.change)
		_, err := b.CreateFunction(ctx, in)
		wants(t, tt.name, err, tt.want, tt.source)
	}
	is(t, "functions", len(b.registry.Functions()), 4, "design")
}

func TestFunctionConfiguration(t *testing.T) {
	b := newLambdaBench(t)
	in := creation(t, "f", func(in *lambdasdk.CreateFunctionInput) {
		in.Description, in.Timeout, in.MemorySize = str("d"), aws.Int32(7), aws.Int32(256)
		in.Environment = &types.Environment{Variables: map[string]string{"AB": "1"}}
		in.Tags, in.Architectures = map[string]string{"k": "v"}, []types.Architecture{"arm64"}
		in.TracingConfig = &types.TracingConfig{Mode: "Active"}
	})
	made := must[*lambdasdk.CreateFunctionOutput](t)(b.CreateFunction(ctx, in))
	sum := sha256.Sum256(in.Code.ZipFile)
	c := must[*lambdasdk.GetFunctionConfigurationOutput](t)(b.GetFunctionConfiguration(ctx,
		&lambdasdk.GetFunctionConfigurationInput{FunctionName: str("f")}))
	is(t, "configuration", fmt.Sprint(*c.FunctionName, " ", *c.FunctionArn, " ", c.Runtime, " ", *c.Role, " ", *c.Handler, " ", *c.Description,
		" ", *c.Timeout, *c.MemorySize, " ", c.Environment.Variables, c.Architectures, c.TracingConfig.Mode),
		"f "+lambdaARN+"f nodejs22.x "+lambdaRole+" index.echo d 7 256 map[AB:1] [arm64]Active", "API:FunctionConfiguration")
	is(t, "code", fmt.Sprint(*c.CodeSha256, c.CodeSize), base64.StdEncoding.EncodeToString(sum[:])+fmt.Sprint(len(in.Code.ZipFile)),
		"API:FunctionConfiguration")
	is(t, "rest", fmt.Sprint(*c.Version, c.State, c.LastUpdateStatus, c.PackageType, c.SnapStart.ApplyOn, *c.EphemeralStorage.Size,
		*c.LoggingConfig.LogGroup),
		"$LATESTActiveSuccessfulZipNone512/aws/lambda/f", "API:FunctionConfiguration")
	is(t, "revision", *c.RevisionId, *made.RevisionId, "API:CreateFunction")
	if at, err := time.Parse("2006-01-02T15:04:05.000-0700", *c.LastModified); err != nil || time.Since(at) > time.Minute {
		t.Errorf("last modified: got %s, want just now as 2006-01-02T15:04:05.000+0000 (API:FunctionConfiguration)", *c.LastModified)
	}
	f := must[*lambdasdk.GetFunctionOutput](t)(b.GetFunction(ctx, &lambdasdk.GetFunctionInput{FunctionName: str("f")}))
	is(t, "function", fmt.Sprint(*f.Configuration.FunctionArn, *f.Code.Location, f.Tags), lambdaARN+"ffile:///code/fmap[k:v]",
		"API:GetFunction")

	named := must[*lambdasdk.GetFunctionConfigurationOutput](t)(b.GetFunctionConfiguration(ctx,
		&lambdasdk.GetFunctionConfigurationInput{FunctionName: str("named")}))
	is(t, "a name alone", fmt.Sprint(named.Runtime, named.Handler, *named.Timeout, *named.MemorySize), "<nil> 3 128", "design")
	first := must[*lambdasdk.ListFunctionsOutput](t)(b.ListFunctions(ctx, &lambdasdk.ListFunctionsInput{MaxItems: aws.Int32(1)}))
	rest := must[*lambdasdk.ListFunctionsOutput](t)(b.ListFunctions(ctx, &lambdasdk.ListFunctionsInput{Marker: first.NextMarker}))
	is(t, "list", fmt.Sprint(*first.Functions[0].FunctionName, *rest.Functions[0].FunctionName, rest.NextMarker), "fnamed<nil>",
		"API:ListFunctions")
	_, err := b.ListFunctions(ctx, &lambdasdk.ListFunctionsInput{Marker: str("x")})
	wants(t, "marker", err, bad400("InvalidParameterValueException", "marker"), "API:ListFunctions")
	_, err = b.ListFunctions(ctx, &lambdasdk.ListFunctionsInput{MaxItems: aws.Int32(10001)})
	wants(t, "page size", err, bad400("ValidationException", "maxItems"), "API:ListFunctions")
}

func TestUpdateFunctionCode(t *testing.T) {
	b := newLambdaBench(t)
	b.made(t, "f", "index.echo")
	before, _ := b.registry.Function("f")
	next := zipOf(t, "another")
	for _, tt := range []struct {
		name   string
		in     lambdasdk.UpdateFunctionCodeInput
		want   refusal
		source string
	}{
		{"dry", lambdasdk.UpdateFunctionCodeInput{ZipFile: next, DryRun: true}, good, "API:UpdateFunctionCode"},
		{"another revision", lambdasdk.UpdateFunctionCodeInput{ZipFile: next, RevisionId: str("x")},
			refusal{412, "PreconditionFailedException", ""}, "API:UpdateFunctionCode"},
		{"no zip", lambdasdk.UpdateFunctionCodeInput{ZipFile: []byte("x")}, bad400("InvalidParameterValueException", "Could not unzip"), "A-357"},
		{"nothing", lambdasdk.UpdateFunctionCodeInput{}, bad400("InvalidParameterValueException", "Please provide a source"), "A-357"},
		{"version", lambdasdk.UpdateFunctionCodeInput{ZipFile: next, Publish: true}, refusal{501, "NotImplementedException", "Publish"},
			"emulator"},
		{"no function", lambdasdk.UpdateFunctionCodeInput{FunctionName: str("other"), ZipFile: next}, unknown("other"), "A-356"},
		{"a name alone", lambdasdk.UpdateFunctionCodeInput{FunctionName: str("named"), ZipFile: next},
			bad400("InvalidParameterValueException", "is not run by the emulator as a process"), "emulator"},
		{"name", lambdasdk.UpdateFunctionCodeInput{FunctionName: str("a b"), ZipFile: next}, bad400("ValidationException", "functionName"),
			"A-355"},
	} {
		if tt.in.FunctionName == nil {
			tt.in.FunctionName = str("f")
		}
		_, err := b.UpdateFunctionCode(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
	}
	if after, _ := b.registry.Function("f"); after.Configuration.RevisionID != before.Configuration.RevisionID {
		t.Error("got another revision after no update, want the same (API:UpdateFunctionCode)")
	}
	out := must[*lambdasdk.UpdateFunctionCodeOutput](t)(b.UpdateFunctionCode(ctx,
		&lambdasdk.UpdateFunctionCodeInput{FunctionName: str("f"), ZipFile: next}))
	is(t, "size", out.CodeSize, int64(len(next)), "API:UpdateFunctionCode")
	is(t, "another revision", *out.RevisionId == before.Configuration.RevisionID, false, "API:UpdateFunctionCode")
}

func TestUpdateFunctionConfiguration(t *testing.T) {
	type input = lambdasdk.UpdateFunctionConfigurationInput
	b := newLambdaBench(t)
	b.made(t, "f", "index.echo")
	for _, tt := range []struct {
		name   string
		in     input
		want   refusal
		left   string
		source string
	}{
		{"some", input{Timeout: aws.Int32(9), Environment: &types.Environment{Variables: map[string]string{"AB": "1"}}}, good,
			"nodejs22.x index.echo 9 128 map[AB:1] ", "API:UpdateFunctionConfiguration"},
		{"others", input{Handler: str("a.b"), Runtime: "python3.12", MemorySize: aws.Int32(512), Description: str("d")}, good,
			"python3.12 a.b 9 512 map[AB:1] d", "API:UpdateFunctionConfiguration"},
		{"no variables", input{Environment: &types.Environment{}}, good, "python3.12 a.b 9 512 map[] d", "API:UpdateFunctionConfiguration"},
		{"runtime", input{Runtime: "java21"}, bad400("InvalidParameterValueException", "'runtime'"), "", "A-357"},
		{"timeout", input{Timeout: aws.Int32(0)}, bad400("ValidationException", "'timeout'"), "", "A-355"},
		{"layers", input{Layers: []string{"arn:aws:lambda:us-east-1:000000000000:layer:x:1"}}, refusal{501, "NotImplementedException", "Layers"},
			"", "emulator"},
		{"another revision", input{RevisionId: str("x")}, refusal{412, "PreconditionFailedException", ""}, "", "API:UpdateFunctionConfiguration"},
		{"no function", input{FunctionName: str("other")}, unknown("other"), "", "A-356"},
	} {
		if tt.in.FunctionName == nil {
			tt.in.FunctionName = str("f")
		}
		_, err := b.UpdateFunctionConfiguration(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err == nil {
			c := b.shop.put["f"].Configuration
			is(t, tt.name, fmt.Sprint(c.Runtime, " ", c.Handler, " ", c.Timeout, c.MemorySize, " ", c.Environment, " ", c.Description), tt.left,
				tt.source)
		}
	}
}

// TestUpdateConfiguredFunction: one of the configuration file, which knows
// shorter names of runtimes.
func TestUpdateConfiguredFunction(t *testing.T) {
	b := newLambdaBench(t)
	must[registry.Function](t)(b.registry.PutFunction(registry.Function{FunctionName: "short", Configuration: registry.FunctionConfiguration{
		Runtime: "nodejs", Handler: "index.handler", Code: t.TempDir()}}))
	_, err := b.UpdateFunctionCode(ctx, &lambdasdk.UpdateFunctionCodeInput{FunctionName: str("short"), ZipFile: zipOf(t, "x")})
	wants(t, "code", err, good, "A-357: of the file too, if it runs here")
	_, err = b.UpdateFunctionConfiguration(ctx, &lambdasdk.UpdateFunctionConfigurationInput{FunctionName: str("short"), Timeout: aws.Int32(9)})
	wants(t, "configuration", err, good, "A-357: of the file too, if it runs here")
	_, err = b.UpdateFunctionConfiguration(ctx, &lambdasdk.UpdateFunctionConfigurationInput{FunctionName: str("short"), Runtime: "nodejs"})
	wants(t, "runtime", err, bad400("InvalidParameterValueException", "Value nodejs at 'runtime'"), "A-357")
}

func TestDeleteFunction(t *testing.T) {
	b := newLambdaBench(t)
	b.made(t, "f", "index.echo")
	remove := func(name string, qualifier *string) error {
		_, err := b.DeleteFunction(ctx, &lambdasdk.DeleteFunctionInput{FunctionName: &name, Qualifier: qualifier})
		return err
	}
	wants(t, "$LATEST", remove("f", str("$LATEST")), bad400("InvalidParameterValueException", "$LATEST"), "API:DeleteFunction")
	wants(t, "version", remove("f", str("1")), unknown("f:1"), "emulator: no versions")
	wants(t, "delete", remove("f", nil), good, "API:DeleteFunction")
	wants(t, "again", remove("f", nil), unknown("f"), "A-356")
	wants(t, "name", remove("a b", nil), bad400("ValidationException", "functionName"), "A-355")
	is(t, "deleted", fmt.Sprint(b.shop.deleted), "[f]", "design")
	b.made(t, "f", "index.echo")
}
