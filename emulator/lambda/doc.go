// Package lambda runs functions: Go functions in this program, Node.js and
// Python handlers and executables as processes of this machine, and whatever is
// behind Lambda's Invoke API, on AWS or at an endpoint.
//
// It knows neither authorizers nor policies: an event goes in as JSON, the
// answer comes out as JSON, and what the answer means is the caller's matter.
// It is no sandbox either: a handler runs with the rights of this program.
//
//	f, err := lambda.NewProcess(lambda.ProcessOptions{
//		Name: "password", Runtime: "nodejs",
//		Code: "./authorizers/password", Handler: "index.handler",
//	})
//	...
//	defer f.Close()
//	answer, err := f.Invoke(ctx, lambda.Invocation{Event: event})
//
// # How a handler runs
//
// Every process gets a Lambda Runtime API of its own on a loopback port, named
// by AWS_LAMBDA_RUNTIME_API, as on AWS, and nobody else is served there: caller.go
// has how. A small runtime (bootstrap.cjs, bootstrap.py) loads the handler and asks
// that API for one event after the other. An executable, of runtime provided, asks
// it itself: a handler built with aws-lambda-go does, and so can a shell script.
//
//   - A process handles one event at a time. Several invocations at once run on
//     several processes; when all are busy and no more may start, they wait,
//     or with a reserved concurrency are throttled.
//   - A process that is done waits for the next event; the one used last is
//     reused first. Idle ones beyond a few end after a minute.
//   - A process that crashes, runs into the function's timeout, answers too
//     much or has more memory than it may costs its own invocation alone and is
//     replaced. The timeout counts from the moment the handler gets the event,
//     not while it loads.
//   - A caller that gives up leaves its process running, as on AWS, until the
//     function's own timeout.
//   - A changed file is picked up by the next invocation.
//   - No process outlives [Process.Close], nor this program, but: a kill -9 of it
//     leaves what has left the process group, and on other systems than Linux
//     also an executable that hangs; there Close ends the process group alone.
//
// # Functions elsewhere
//
// [NewAWS] and [NewEndpoint] call with aws-sdk-go-v2: one attempt, bounded by the
// context, with the SDK's default chain of credentials.
//
// # The environment of a handler
//
// The variables AWS sets (AWS_REGION, AWS_LAMBDA_FUNCTION_NAME, _HANDLER,
// LAMBDA_TASK_ROOT …), those configured, and from this program's own
// environment only what finds programs and libraries (PATH, NODE_PATH,
// PYTHONPATH), certificates and proxies; environment.go has the list. Nothing of
// AWS's or of this program's own is in it. Unless configured, credentials are
// "test", and there are no files with others: a handler does not act on a real
// account unnoticed.
//
// It starts in its code's folder. TMPDIR and HOME are a folder of its process's
// own, which goes with it. HOME is this user's with a configured AWS_PROFILE,
// for scripts of runtime provided, and until the interpreter runs, which the
// shim of a version manager may have to find there.
//
// The descriptors are standard input, output and error, and 3: a pipe that
// nobody writes to. It closes with this program, and what follows it ends then,
// where the kernel does not see to that (tie_linux.go).
//
// What AWS freezes between invocations goes on running here.
//
// Rules carry the number they have in docs/behaviour. The shapes of the Runtime
// API and of errors are those of AWS's runtime interface clients and emulator.
package lambda
