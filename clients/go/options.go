package suback

import (
	"fmt"
	"path"
	"path/filepath"

	"github.com/testcontainers/testcontainers-go"
)

// configFolder is where the configuration is in the container.
const configFolder = "/etc/suback"

// WithConfig runs the gateway with a configuration file. What the file names must be copied too: beside
// are files and folders below the file's own folder, by paths relative to that.
func WithConfig(file string, beside ...string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		folder := filepath.Dir(file)
		for _, name := range append([]string{filepath.Base(file)}, beside...) {
			if !filepath.IsLocal(name) {
				return fmt.Errorf("suback: %s is not below the folder of %s, want a relative path in it", name, file)
			}
			req.Files = append(req.Files, testcontainers.ContainerFile{
				HostFilePath:      filepath.Join(folder, name),
				ContainerFilePath: path.Join(configFolder, filepath.ToSlash(name)),
				FileMode:          0o755, // of folders too; the gateway is no root there
			})
		}
		return WithFlag("config", path.Join(configFolder, filepath.Base(file))).Customize(req)
	}
}

// WithFunctions lets the tests make functions by Lambda's API. The image must be one that can run them:
// docker build --target functions.
func WithFunctions() testcontainers.CustomizeRequestOption {
	return WithFlag("functions-from", "gateway")
}

// WithFlag sets a flag of suback serve.
func WithFlag(name, value string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{variable(name): value})
}
