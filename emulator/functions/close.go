package functions

import (
	"errors"
	"sync"

	"github.com/suback/suback/emulator/lambda"
)

// CloseAll ends functions, all at once: one that ignores SIGTERM takes a second
// or two, and the whole program has five.
func CloseAll(functions []lambda.Runner) error {
	failed := make([]error, len(functions))
	var all sync.WaitGroup
	for i, f := range functions {
		all.Go(func() { failed[i] = f.Close() })
	}
	all.Wait()
	return errors.Join(failed...)
}
