package emulator

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"strings"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/logs"
)

// The listeners, by the names they have in flags, configuration and trace.
const (
	MQTT  = "mqtt"  // plain MQTT, which AWS does not have
	MQTTS = "mqtts" // stands for AWS's 8883
	HTTPS = "https" // stands for AWS's 443: by ALPN MQTT, else HTTPS and WebSocket
	HTTP  = "http"  // plain HTTP: admin API and ws://
)

// listenerNames are all of them, in the order they are shown in.
var listenerNames = []string{MQTT, MQTTS, HTTPS, HTTP}

// What a listener's address means that is a port alone, as ":1883".
const (
	BindLoopback = "loopback" // 127.0.0.1 and ::1: this machine alone
	BindAll      = "all"      // every interface
)

// What is kept in Options.StateDir outlives, from the moment that it is acknowledged.
const (
	DurableProcess = "process" // the end of this process, by kill -9 too
	DurableDisk    = "disk"    // the end of the machine too: each group of changes waits for the disk
)

// What becomes of what a policy does not allow.
const (
	EnforceDeny = config.EnforceDeny // it is refused, as on AWS
	EnforceLog  = config.EnforceLog  // it goes through, on record
)

// A LambdaFunc is a Lambda function in Go: an event in, an answer out, both
// JSON. It must return soon after ctx ends.
type LambdaFunc = func(ctx context.Context, event []byte) ([]byte, error)

// Options configures an Emulator. The zero value works: it listens on free
// ports of the loopback interface, keeps everything in memory, and refuses
// every device, as a new AWS account does.
type Options struct {
	// Config is the account to emulate; nil is an empty one.
	Config *Config

	// Listeners overrides Config.Listeners, one by one. What both leave empty
	// listens on 127.0.0.1:0.
	Listeners Listeners

	// Bind says what an address without a host means: BindLoopback, the default,
	// or BindAll. An address with one, as 0.0.0.0:1883, means what it says.
	Bind string

	// Authorizer, if set, becomes the function of an ACTIVE authorizer without
	// signing, named "authorizer", the account's default.
	Authorizer LambdaFunc

	// Functions are Lambda functions in Go, by name, for the authorizers of
	// Config to refer to. They go before Config.Functions of the same name.
	Functions map[string]LambdaFunc

	// Enforce is EnforceDeny or EnforceLog, for all accounts and whatever their
	// configuration says. Empty, the default: what that says.
	Enforce string

	// CADir is the folder of the certificate authority, made if it is missing.
	// Empty keeps it in memory: a new one for each Emulator.
	CADir string

	// StateDir is the folder of what outlives a restart, even one by kill -9 (see
	// Durability): persistent sessions with their messages, retained messages, and what the
	// API changed, secrets too. It is made if it is missing. One emulator at a
	// time uses it. Empty keeps all in memory.
	StateDir string

	// Durability says what StateDir's content outlives from the moment that it is
	// acknowledged: DurableProcess, the default, or DurableDisk.
	Durability string

	// ReplayPerSecond is how many messages that waited for a client are sent to
	// it per second when it comes back; those of a shared group at twice the rate.
	// Default 10, as on AWS [B-669, B-705]; below 0 there is no limit.
	ReplayPerSecond int

	// Stories is of how many messages it is kept what became of them, for each account:
	// the latest, and no more than 64 MiB of that; see [Account.Story]. Default 10,000;
	// below 0 nothing is kept.
	Stories int

	// Hosts are names by which HTTP requests may come here beside the gateway's own,
	// "*.x" for all below x; TLS certificates are issued for them too.
	Hosts []string

	// AllowOrigins are origins, as http://localhost:3000, whose web pages may use the
	// control plane and the admin API from a browser. Default: none but the
	// gateway's own.
	AllowOrigins []string

	// FunctionsFrom says from where Lambda's API is taken that makes this machine
	// run code, beside this machine itself: addresses, networks as 172.18.0.0/16,
	// host names, and "gateway" for the default gateway, which is how the machine
	// that runs a container gets into it.
	FunctionsFrom []string

	// RulesTo are hosts that http actions of topic rules may send to beside this machine and
	// those that a configuration lists in topicRuleDestinations: host names, addresses, and
	// "*.x" for all below x.
	RulesTo []string

	// Bounds are what the emulator takes of its machine at most.
	Bounds Bounds

	// FreeMemory, if set, is called when much memory is free that the machine could have back: after a
	// crowd of connections, and when clients that did not read are gone. It may have it collected, as
	// debug.FreeOSMemory does, and must not wait for that. Default: the garbage collector's own time.
	FreeMemory func()

	// Watch reloads the file that Config was loaded from when it changes.
	Watch bool

	// Log receives operational messages, what functions print, and the trace in
	// its text form (see [OfTrace]), within Bounds.LogPerSecond. It may block: what
	// it does not take in time is dropped and counted. A handler that goes by way
	// of a queue of package spool has no other put before it. Default: discard.
	Log *slog.Logger

	// CloudWatch, if set, gets what AWS would write to the log group
	// AWSIotLogsV2: a JSON object per line for each connection, publish,
	// delivery and so on, at CloudWatchLevel or above. The default level, INFO,
	// leaves out PINGREQs. Of failures of one cause it gets Bounds.LogPerSecond,
	// and 50 times as many at once. Whoever writes slowly slows the broker down.
	CloudWatch      io.Writer
	CloudWatchLevel slog.Level
}

// OfTrace reports whether what a handler of Options.Log is asked about, or given,
// is an event of the trace: its message is the text form, its attribute "trace"
// the [trace.Event].
func OfTrace(ctx context.Context) bool { return logs.OfTrace(ctx) }

// address is where a listener listens, or "off". A port alone is one of the
// loopback addresses, unless Bind opens it.
func (o Options) address(name string) string {
	addr := cmp.Or(listenerOf(o.Listeners, name), listenerOf(o.Config.Listeners, name), "127.0.0.1:0")
	if port, alone := strings.CutPrefix(addr, ":"); alone && o.Bind != BindAll {
		return "localhost:" + port
	}
	return addr
}

func listenerOf(l Listeners, name string) string {
	return map[string]string{MQTT: l.MQTT, MQTTS: l.MQTTS, HTTPS: l.HTTPS, HTTP: l.HTTP}[name]
}
