// Package linked makes a program of this repository for tests and for the bench: linked once,
// and copied for whoever wants it until its sources change.
//
// It knows no program, and keeps none: where one is put is its caller's matter.
//
//	err := linked.Program(ctx, "github.com/suback/suback/cmd/suback", filepath.Join(dir, "suback"))
package linked

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// Program puts the program of a package into a file, stripped as in the images. go build links each
// time that it is asked, for a second; go run keeps what it has linked, and hands it to the command
// of -exec, which copies it.
func Program(ctx context.Context, pkg, file string) error {
	cmd := exec.CommandContext(ctx, "go", "run", "-ldflags", "-s -w", "-exec", `sh -c 'cp "$1" "$SUBACK_LINKED"' sh`, pkg)
	cmd.Env = append(os.Environ(), "SUBACK_LINKED="+file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go run: %w\n%s", err, out)
	}
	return nil
}
