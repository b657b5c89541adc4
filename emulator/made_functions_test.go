package emulator_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	iottypes "github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/suback/suback/emulator"
)

// Functions that Lambda's API makes run as those of the configuration do.

func anyKeys(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
}

func lambdaClient(e *emulator.Emulator) *lambda.Client {
	return lambda.New(lambda.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://" + e.Addr(emulator.HTTP)),
		RetryMaxAttempts: 1, Credentials: aws.CredentialsProviderFunc(anyKeys)})
}

func iotClient(e *emulator.Emulator) *iot.Client {
	return iot.New(iot.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://" + e.Addr(emulator.HTTP)),
		RetryMaxAttempts: 1, Credentials: aws.CredentialsProviderFunc(anyKeys)})
}

// packed is a deployment package of one file.
func packed(t *testing.T, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	openNode = "exports.handler = async (event) => { console.log('asked'); return { isAuthenticated: true, principalId: process.env.WHO, " +
		"disconnectAfterInSeconds: 86400, refreshAfterInSeconds: 300, policyDocuments: [] }; };"
	openPython = "import os\ndef handler(event, context):\n    print('asked')\n    return {'isAuthenticated': True, 'principalId': " +
		"os.environ['WHO'], 'disconnectAfterInSeconds': 86400, 'refreshAfterInSeconds': 300, 'policyDocuments': []}\n"
)

// made creates a function "made".
func made(t *testing.T, c *lambda.Client, runtime, handler string, archive []byte) string {
	t.Helper()
	out, err := c.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("made"), Runtime: lambdatypes.Runtime(runtime), Handler: &handler,
		Role:        aws.String("arn:aws:iam::000000000000:role/x"),
		Code:        &lambdatypes.FunctionCode{ZipFile: archive},
		Environment: &lambdatypes.Environment{Variables: map[string]string{"WHO": "somebody"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *out.FunctionArn
}

// invoked returns the answer of "made", the kind of its error, and its log.
func invoked(t *testing.T, c *lambda.Client) (answer, failure, log string) {
	t.Helper()
	out, err := c.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("made"), LogType: lambdatypes.LogTypeTail})
	if err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	if err != nil {
		t.Fatal(err)
	}
	return string(out.Payload), aws.ToString(out.FunctionError), string(text)
}

func TestMadeFunction(t *testing.T) {
	t.Parallel()
	for runtime, f := range map[string]struct{ file, handler, text string }{
		"nodejs22.x": {"index.js", "index.handler", openNode},
		"python3.12": {"lambda_function.py", "lambda_function.handler", openPython},
	} {
		t.Run(runtime, func(t *testing.T) {
			needRuntime(t, strings.TrimRight(runtime, "0123456789.x"))
			state := t.TempDir()
			e := emulator.Run(t, emulator.Options{Listeners: free, StateDir: state})
			c := lambdaClient(e)
			made(t, c, runtime, f.handler, packed(t, f.file, f.text))
			if answer, failure, log := invoked(t, c); !strings.Contains(answer, "somebody") || failure != "" ||
				!strings.Contains(log, "asked\nEND RequestId: ") {
				t.Errorf("got %s, %q and log %q, want its principal and what it printed (A-357, A-358)", answer, failure, log)
			}
			if _, err := c.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
				FunctionName: aws.String("made"), Environment: &lambdatypes.Environment{Variables: map[string]string{"WHO": "another"}}}); err != nil {
				t.Fatal(err)
			}
			if answer, _, _ := invoked(t, c); !strings.Contains(answer, "another") {
				t.Errorf("after another environment: got %s, want its principal (A-357)", answer)
			}
			if _, err := c.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{
				FunctionName: aws.String("made"), ZipFile: packed(t, f.file, strings.ReplaceAll(f.text, "86400", "301"))}); err != nil {
				t.Fatal(err)
			}
			if answer, _, _ := invoked(t, c); !strings.Contains(answer, "301") || !strings.Contains(answer, "another") {
				t.Errorf("after other code: got %s, want the new answer (A-357)", answer)
			}
			if got := folders(t, state); got != 1 {
				t.Errorf("code: got %d folders, want that of the present code (design)", got)
			}
			if _, err := c.DeleteFunction(t.Context(), &lambda.DeleteFunctionInput{FunctionName: aws.String("made")}); err != nil {
				t.Fatal(err)
			}
			if got := folders(t, state); got != 0 {
				t.Errorf("code of a deleted function: got %d folders, want none (design)", got)
			}
		})
	}
}

// folders counts those of functions in a state directory.
func folders(t *testing.T, state string) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(state, "functions"))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// What cannot run is made nevertheless, and says why when it is invoked.
func TestMadeFunctionFails(t *testing.T) {
	t.Parallel()
	needRuntime(t, "nodejs")
	for _, tt := range []struct{ name, file, handler, want string }{
		{"no such file", "index.js", "main.handler", `"errorType":"Runtime.ImportModuleError"`},
		{"no such export", "index.js", "index.main", `"errorType":"Runtime.HandlerNotFound"`},
		{"syntax", "index.js", "index.handler", `"errorType":"Runtime.UserCodeSyntaxError"`},
	} {
		text := openNode
		if tt.name == "syntax" {
			text = "exports.handler = ("
		}
		e := emulator.Run(t, emulator.Options{Listeners: free})
		c := lambdaClient(e)
		made(t, c, "nodejs22.x", tt.handler, packed(t, tt.file, text))
		if answer, failure, _ := invoked(t, c); failure != "Unhandled" || !strings.Contains(answer, tt.want) {
			t.Errorf("%s: got %s, %q, want %s (A-357)", tt.name, answer, failure, tt.want)
		}
	}
}

// An authorizer asks a function that the API made, once it may.
func TestMadeAuthorizer(t *testing.T) {
	needRuntime(t, "nodejs")
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Cleanup(func() { // after the emulator's
		if left, err := os.ReadDir(folder); len(left) != 0 || err != nil {
			t.Errorf("temporary files: got %v, %v, want none after the end (design)", left, err)
		}
	})
	e := emulator.Run(t, emulator.Options{Listeners: free, Config: &emulator.Config{LambdaPermissions: "enforce"}})
	functions, things := lambdaClient(e), iotClient(e)
	arn := made(t, functions, "nodejs22.x", "index.handler", packed(t, "index.js", openNode))
	authorizer, err := things.CreateAuthorizer(t.Context(), &iot.CreateAuthorizerInput{
		AuthorizerName: aws.String("made"), AuthorizerFunctionArn: &arn, SigningDisabled: aws.Bool(true),
		Status: iottypes.AuthorizerStatusActive})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() (*iot.TestInvokeAuthorizerOutput, error) {
		return things.TestInvokeAuthorizer(t.Context(), &iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("made")})
	}
	if out, err := ask(); err == nil {
		t.Errorf("without permission: got principal %s, want a refusal (A-138)", aws.ToString(out.PrincipalId))
	}
	if _, err := functions.AddPermission(t.Context(), &lambda.AddPermissionInput{
		FunctionName: aws.String("made"), StatementId: aws.String("iot"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("iot.amazonaws.com"), SourceArn: authorizer.AuthorizerArn}); err != nil {
		t.Fatal(err)
	}
	if out, err := ask(); err != nil || aws.ToString(out.PrincipalId) != "somebody" {
		t.Errorf("with permission: got %v, %v, want principal somebody (A-138)", out, err)
	}
}

// Nobody waits for an Event; the end of the emulator does.
func TestInvokeWithoutWaiting(t *testing.T) {
	called := make(chan string, 1)
	e := emulator.Run(t, emulator.Options{Listeners: free, Functions: map[string]emulator.LambdaFunc{
		"late": func(ctx context.Context, event []byte) ([]byte, error) {
			called <- string(event)
			<-ctx.Done()
			return nil, ctx.Err()
		}}})
	out, err := lambdaClient(e).Invoke(t.Context(),
		&lambda.InvokeInput{FunctionName: aws.String("late"), InvocationType: lambdatypes.InvocationTypeEvent, Payload: []byte("7")})
	if err != nil || out.StatusCode != 202 {
		t.Fatalf("got %v, %v, want 202 (API:Invoke)", out, err)
	}
	if got := <-called; got != "7" {
		t.Errorf("event: got %s, want 7 (API:Invoke)", got)
	}
}

// Functions of the configuration file are told, and may be changed as long as the
// file is not loaded again.
func TestConfiguredFunctionIsTold(t *testing.T) {
	e := runFile(t, fixture, emulator.Options{})
	c := lambdaClient(e)
	list, err := c.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	if err != nil || len(list.Functions) == 0 {
		t.Fatalf("got %v, %v, want functions (API:ListFunctions)", list, err)
	}
	for _, f := range list.Functions {
		if f.Handler == nil || f.Runtime == "" {
			continue
		}
		out, err := c.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: f.FunctionName})
		if err != nil || !filepath.IsAbs(strings.TrimPrefix(aws.ToString(out.Code.Location), "file://")) {
			t.Errorf("%s: got code %v, %v, want an absolute path (design)", *f.FunctionName, out, err)
		}
		return
	}
	t.Error("got no function with a runtime, want that of the file (design)")
}
