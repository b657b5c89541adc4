package emulator_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors is the plan of docs/design.md: a package imports only packages of
// lower floors. third lists what it may import from elsewhere.
var floors = map[string]struct {
	floor int
	third []string
}{
	"cmd/suback": {9, []string{"github.com/google/uuid"}},
	"emulator/scenario": {8, []string{"gopkg.in/yaml.v3", "github.com/mochi-mqtt/server/v2/packets",
		"github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/aws/signer/v4"}},
	"emulator/advise": {2, nil},
	"cmd/subackbench": {9, []string{"github.com/mochi-mqtt/server/v2", "github.com/mochi-mqtt/server/v2/hooks/auth",
		"github.com/mochi-mqtt/server/v2/listeners", "github.com/aws/aws-lambda-go/lambda", "golang.org/x/sys/unix"}},
	"cmd/subackbench/load": {-1, nil},
	"emulator":             {7, nil},
	"emulator/admin":       {6, []string{"github.com/VictoriaMetrics/metrics"}},
	"emulator/account":     {5, []string{"github.com/mochi-mqtt/server/v2", "github.com/google/uuid"}},
	"emulator/dataplane":   {4, []string{"github.com/mochi-mqtt/server/v2/packets", "github.com/google/uuid"}},
	"emulator/control":     {4, []string{"github.com/google/uuid"}},
	"emulator/tokens":      {4, []string{"github.com/google/uuid"}},
	"emulator/unserved":    {4, []string{"github.com/google/uuid"}},
	"emulator/lint":        {5, nil},
	"emulator/stack":       {4, []string{"gopkg.in/yaml.v3"}},
	"emulator/config":      {3, []string{"gopkg.in/yaml.v3", "github.com/google/uuid"}},
	"emulator/endorse":     {2, []string{"github.com/golang-jwt/jwt/v5"}},
	"hooks": {3,
		[]string{"github.com/mochi-mqtt/server/v2", "github.com/mochi-mqtt/server/v2/packets", "github.com/google/uuid"}},
	"emulator/cloudformation":        {2, []string{"gopkg.in/yaml.v3"}},
	"emulator/authn":                 {2, nil},
	"emulator/services/shadow":       {2, nil},
	"emulator/session":               {2, []string{"github.com/mochi-mqtt/server/v2/packets"}},
	"emulator/logs":                  {2, nil},
	"emulator/why":                   {2, nil},
	"emulator/functions":             {2, nil},
	"emulator/registry/registrytest": {2, nil}, // of tests alone
	"emulator/registry":              {1, []string{"github.com/tidwall/btree"}},
	"emulator/sigv4":                 {1, nil},
	"emulator/sigv4/sigv4test":       {-1, nil}, // of tests alone
	"emulator/trace":                 {1, nil},
	"emulator/learn":                 {1, nil},
	"emulator/story":                 {1, nil},
	"emulator/services/rules":        {4, []string{"github.com/google/uuid", "github.com/mochi-mqtt/server/v2/packets"}},
	"emulator/services/rules/sql":    {0, []string{"github.com/cockroachdb/apd/v3", "github.com/dlclark/regexp2"}},
	"emulator/faults":                {0, nil},
	"emulator/guest":                 {1, nil},
	"emulator/tap":                   {0, nil},
	"emulator/policy":                {0, nil},
	"emulator/policy/policytest":     {-1, nil}, // of tests alone
	"emulator/egress": {0, []string{"github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/aws/signer/v4",
		"github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/feature/ec2/imds"}},
	"emulator/spool": {0, nil},
	"emulator/store": {0, []string{"go.etcd.io/bbolt", "go.etcd.io/bbolt/errors"}},
	"emulator/neighbour": {0, []string{"github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/aws/retry",
		"github.com/aws/aws-sdk-go-v2/aws/signer/v4", "github.com/aws/aws-sdk-go-v2/aws/transport/http",
		"github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/feature/ec2/imds",
		"github.com/aws/smithy-go/encoding/httpbinding", "github.com/aws/smithy-go/logging"}},
	"emulator/lambda": {0, []string{"github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/aws/transport/http",
		"github.com/aws/aws-sdk-go-v2/config",
		"github.com/aws/aws-sdk-go-v2/feature/ec2/imds", "github.com/aws/aws-sdk-go-v2/service/lambda", "github.com/aws/smithy-go"}},
	"fixtures/authorizers/go": {0, []string{"github.com/aws/aws-lambda-go/events", "github.com/aws/aws-lambda-go/lambda"}},
	"docs/behaviour":          {0, nil},
	// below transport, which it serves
	"emulator/pki":       {-1, nil},
	"emulator/aside":     {-1, nil},
	"emulator/cause":     {-1, nil},
	"emulator/console":   {-1, nil},
	"emulator/mqtttest":  {-1, []string{"github.com/gorilla/websocket", "github.com/mochi-mqtt/server/v2/packets"}}, // for tests
	"emulator/near":      {-1, nil},
	"emulator/printed":   {-1, nil},
	"emulator/topic":     {-1, nil},
	"emulator/junit":     {-1, nil},
	"emulator/tree":      {-1, []string{"gopkg.in/yaml.v3"}},
	"emulator/skips":     {-1, nil}, // of tests alone
	"emulator/linked":    {-1, nil}, // of tests and the bench
	"emulator/temporary": {-1, nil},
	"emulator/durable":   {-2, nil}, // for whoever writes a file
	"emulator/packed":    {-2, nil}, // for whoever embeds a text
	"emulator/wire":      {0, nil},
	"emulator/transport": {0, []string{"github.com/gorilla/websocket", "github.com/mochi-mqtt/server/v2/listeners", "github.com/google/uuid"}},
}

const module = "github.com/suback/suback/"

func TestImportsRunDownward(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains([]string{"node_modules", ".git", "testdata"}, d.Name()) || isOtherModule(file)):
			return filepath.SkipDir
		}
		if strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
			checkImports(t, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// isOtherModule reports whether a folder is a module of its own: what its programs import is
// nothing that this one takes in.
func isOtherModule(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil && folder != ".."
}

func checkImports(t *testing.T, file string) {
	t.Helper()
	name := path.Dir(strings.TrimPrefix(filepath.ToSlash(file), "../"))
	here, planned := floors[name]
	if !planned {
		t.Errorf("%s: package %s is not in the plan", file, name)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		ours, isOurs := strings.CutPrefix(imported, module)
		switch {
		case isOurs && floors[ours].floor >= here.floor:
			t.Errorf("%s imports %s: floor %d may not import floor %d", file, ours, here.floor, floors[ours].floor)
		case isOurs || !strings.Contains(strings.SplitN(imported, "/", 2)[0], "."):
		case !slices.Contains(here.third, imported):
			t.Errorf("%s imports %s, which the plan does not give to %s", file, imported, name)
		}
	}
}
