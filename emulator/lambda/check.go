package lambda

import "fmt"

// CheckCode checks that code, a folder or file, has what a handler names, as [NewProcess] would
// want it: whether there is an interpreter for it does not matter. The error says what is missing.
func CheckCode(runtime, code, handler string) (err error) {
	o := ProcessOptions{Runtime: runtime}
	switch {
	case Gone(runtime) != "":
		return fmt.Errorf("runtime %s", Gone(runtime))
	case !IsRuntime(runtime):
		return fmt.Errorf("runtime is %q, which is not run here, want %s", runtime, Runtimes)
	case o.provided():
		_, _, err = findExecutable(code, handler)
	case o.python():
		_, err = findCode(code, handler, python)
	default:
		_, err = findCode(code, handler, nodeJS)
	}
	return err
}
