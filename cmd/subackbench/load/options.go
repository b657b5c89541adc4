package load

import (
	"flag"
	"fmt"
	"io"
	"time"
)

// options are the flags of all verbs.
type options struct {
	addr, scheme, path, alpn string
	user, pass, prefix, id   string
	version                  int
	persistent               bool
	pid                      int
	warmup, duration         time.Duration

	pubs, subs, pairs      int
	qos, size              int
	window, batch          int
	rate, n, parallel      int
	perClient              int
	hold, drain, paced     bool
	kind                   string
	topic, filter, advance string
}

// parse reads the flags of a verb.
func parse(name string, args []string) (o options, err error) {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	o.connection(fs)
	o.work(fs)
	if err := fs.Parse(args); err != nil {
		return o, fmt.Errorf("load %s: %w", name, err)
	}
	if o.window == 0 {
		o.window = 1000
		if o.qos == 1 {
			o.window = 100
		}
	}
	switch {
	case fs.NArg() > 0:
		return o, fmt.Errorf("load %s: %q: want flags alone", name, fs.Arg(0))
	case o.qos != 0 && o.qos != 1:
		return o, fmt.Errorf("load %s: qos %d: want 0 or 1", name, o.qos)
	case o.rate < 1 || o.parallel < 1 || o.perClient < 1 || o.batch < 1:
		return o, fmt.Errorf("load %s: want -rate, -parallel, -per-client and -batch above 0", name)
	}
	return o, nil
}

// connection are the flags that say how to reach the broker, and as who.
func (o *options) connection(fs *flag.FlagSet) {
	fs.StringVar(&o.addr, "addr", "127.0.0.1:1883", "`host:port` of the broker")
	fs.StringVar(&o.scheme, "scheme", "tcp", "tcp, tls, ws or wss; certificates are not verified")
	fs.StringVar(&o.path, "path", "/mqtt", "path of the WebSocket")
	fs.StringVar(&o.alpn, "alpn", "", "ALPN `protocol` of tls")
	fs.StringVar(&o.user, "user", "", "user name; none without it")
	fs.StringVar(&o.pass, "pass", "", "password")
	fs.StringVar(&o.prefix, "prefix", "bench", "first level of every topic")
	fs.StringVar(&o.id, "id", "load", "beginning of every client id")
	fs.IntVar(&o.version, "version", 4, "4 for MQTT 3.1.1, 5 for MQTT 5")
	fs.BoolVar(&o.persistent, "persistent", false, "subscribers have persistent sessions")
	fs.IntVar(&o.pid, "pid", 0, "process `id` of the broker, for its CPU time and memory")
}

// work are the flags that say what to do.
func (o *options) work(fs *flag.FlagSet) {
	fs.DurationVar(&o.warmup, "warmup", 500*time.Millisecond, "before counting")
	fs.DurationVar(&o.duration, "duration", 2*time.Second, "counting")
	fs.IntVar(&o.pubs, "pubs", 1, "publishers (flow)")
	fs.IntVar(&o.subs, "subs", 1, "subscribers of the one topic (flow)")
	fs.IntVar(&o.pairs, "pairs", 0, "publishers with a subscriber and a topic each, instead of -pubs, -subs (flow)")
	fs.IntVar(&o.qos, "qos", 0, "0 or 1, of publishers and subscribers")
	fs.IntVar(&o.size, "size", 100, "bytes of payload, 8 at least")
	fs.IntVar(&o.window, "window", 0, "messages on their way per publisher; 0: 1000 of QoS 0, 100 of QoS 1")
	fs.IntVar(&o.batch, "batch", 64, "messages per write at most (flow)")
	fs.IntVar(&o.rate, "rate", 2000, "messages per second (latency), refusals (storm), updates (shadow -paced)")
	fs.IntVar(&o.n, "n", 0, "clients (idle, connect, storm), things (shadow), topics (retained), messages (offline; 0: for -duration)")
	fs.IntVar(&o.parallel, "parallel", 50, "clients that connect at once (connect, idle, retained, shadow)")
	fs.IntVar(&o.perClient, "per-client", 50, "subscriptions per client (retained, idle)")
	fs.BoolVar(&o.paced, "paced", false, "at -rate in all, not as fast as answers come (shadow)")
	fs.BoolVar(&o.hold, "hold", false, "keep the clients until ended (idle)")
	fs.BoolVar(&o.drain, "drain", true, "take what is queued (offline)")
	fs.StringVar(&o.kind, "kind", "publish", "what is refused: publish, subscribe or connect (storm)")
	fs.StringVar(&o.topic, "topic", "", "topic instead of the usual one (flow, latency, storm)")
	fs.StringVar(&o.filter, "filter", "", "filter instead of the topic (flow, latency)")
	fs.StringVar(&o.advance, "advance", "", "`URL` that moves the broker's clock when it is POSTed "+
		"{\"advance\": \"10s\"}, as /_suback/clock (offline)")
}
