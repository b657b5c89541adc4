package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// Two machines on a network: the gateway's, 10.99.0.1, and a neighbour's, 10.99.0.2
// and .3. They are network namespaces with a cable between them; nothing else is on it.

// A lan is the two. Each name is a prefix of a command that runs there.
type lan struct{ gateway, neighbour []string }

func newLAN(t *testing.T) lan {
	t.Helper()
	switch {
	case runtime.GOOS != "linux":
		t.Skip("this test needs Linux")
	case os.Geteuid() != 0:
		missing(t, "root", "run as root, which makes network namespaces")
	}
	for _, tool := range []string{"ip", "curl", "mosquitto_pub"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, tool, "apt-get install iproute2 curl mosquitto-clients")
		}
	}
	here, there := fmt.Sprintf("sb%d-a", os.Getpid()), fmt.Sprintf("sb%d-b", os.Getpid())
	for _, command := range []string{
		"ip netns add " + here, "ip netns add " + there,
		"ip -n " + here + " link add eth0 type veth peer name eth0 netns " + there,
		"ip -n " + here + " addr add 10.99.0.1/24 dev eth0", "ip -n " + there + " addr add 10.99.0.2/24 dev eth0",
		"ip -n " + there + " addr add 10.99.0.3/24 dev eth0", "ip -n " + here + " addr add fd99::1/64 dev eth0 nodad",
		"ip -n " + there + " addr add fd99::2/64 dev eth0 nodad",
		"ip -n " + here + " link set lo up", "ip -n " + there + " link set lo up",
		"ip -n " + here + " link set eth0 up", "ip -n " + there + " link set eth0 up",
		"ip -n " + here + " route add default via 10.99.0.2",
	} {
		words := strings.Fields(command)
		if _, err := run(exec.Command(words[0], words[1:]...)); err != nil {
			t.Fatal(err)
		}
		if words[1] == "netns" {
			t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", words[3]).Run() })
		}
	}
	return lan{[]string{"ip", "netns", "exec", here}, []string{"ip", "netns", "exec", there}}
}

// answers is what curl gets: status and body; "000" if nobody answers.
func (l lan) answers(from string, args ...string) string {
	words := append(append([]string{}, l.neighbour...), "curl", "-sk", "--max-time", "5", "-w", "\n%{http_code}")
	if from != "" {
		words = append(words, "--interface", from)
	}
	words = append(words, args...)
	out, _ := exec.Command(words[0], words[1:]...).CombinedOutput()
	body, status, _ := strings.Cut(reverseLine(string(out)), "\n")
	return body + " " + status
}

// reverseLine puts the last line first.
func reverseLine(s string) string {
	i := strings.LastIndex(s, "\n")
	return s[i+1:] + "\n" + s[:max(i, 0)]
}

const lambdaAuthorization = "Authorization: AWS4-HMAC-SHA256 Credential=NOBODY/20260101/us-east-1/lambda/aws4_request, " +
	"SignedHeaders=host, Signature=00"

// TestNeighbour: what another machine of the network reaches, by default and with
// doors opened by name [H-3].
func TestNeighbour(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	l := newLAN(t)
	const (
		nobody   = "000 "
		health   = `200 {"services"`
		refused  = "403 "
		gateway4 = "http://10.99.0.1"
	)
	tests := []struct {
		name        string
		environment []string
		args        []string
		mqtt        bool   // a neighbour may publish on 1883
		http        string // what /_suback/health answers it on 4566
		https       string // what GET /things answers it on 8443
		functions   string // what ListFunctions answers it, from .2
		others      string // and from .3
	}{
		{"by default", nil, nil, false, nobody, nobody, nobody, nobody},
		{"a port alone", nil, []string{"--mqtt", ":1883", "--http", ":4566"}, false, nobody, nobody, nobody, nobody},
		{"one door", nil, []string{"--mqtt", "0.0.0.0:1883"}, true, nobody, nobody, nobody, nobody},
		{"one address", nil, []string{"--http", "10.99.0.1:4566"}, false, health, nobody, refused, refused},
		{"all doors", []string{"SUBACK_BIND=all"}, nil, true, health, "403 ", refused, refused},
		{"all doors, functions by address", []string{"SUBACK_BIND=all", "SUBACK_FUNCTIONS_FROM=10.99.0.2"}, nil, true, health, "403 ", "200 ",
			refused},
		{"all doors, functions by network", nil, []string{"--bind", "all", "--functions-from", "10.98.0.1,10.99.0.0/24"}, true, health, "403 ",
			"200 ", "200 "},
		{"all doors, functions from the gateway", nil, []string{"--bind=all", "--functions-from=gateway"}, true, health, "403 ", "200 ", refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := serveBy(t, l.gateway, tt.environment, tt.args...)
			check := func(what, got, want string) {
				t.Helper()
				if !strings.HasPrefix(got, want) {
					t.Errorf("%s: got %q, want %q", what, got, want)
				}
			}
			for _, host := range []string{"http://10.99.0.1:4566", "http://[fd99::1]:4566"} {
				want := tt.http
				if tt.name == "one address" && strings.Contains(host, "fd99") {
					want = nobody
				}
				check(host, l.answers("", host+"/_suback/health"), want)
			}
			check("https", l.answers("", "https://10.99.0.1:8443/things"), tt.https)
			for from, want := range map[string]string{"10.99.0.2": tt.functions, "10.99.0.3": tt.others} {
				got := l.answers(from, "-H", lambdaAuthorization, gateway4+":4566/2015-03-31/functions/")
				check("Lambda from "+from, got, want)
				if want == refused && !strings.Contains(got, "--functions-from "+from) {
					t.Errorf("got %q, want it to say which switch", got)
				}
			}
			if tt.https != nobody {
				got := l.answers("", "-H", lambdaAuthorization, "https://10.99.0.1:8443/2015-03-31/functions/")
				check("Lambda on https", got, refused)
			}
			words := append(append([]string{}, l.neighbour...), "mosquitto_pub", "-h", "10.99.0.1", "-i", "n", "-u", "me", "-P", "test", "-t", "a",
				"-m", "x", "-q", "1")
			if out, err := run(exec.Command(words[0], words[1:]...)); (err == nil) != tt.mqtt {
				t.Errorf("mosquitto_pub: got %v %s, want let in: %v", err, out, tt.mqtt)
			}
			own := append(append([]string{}, l.gateway...), "curl", "-s", "--max-time", "5", "http://localhost:4566/_suback/health")
			if tt.name == "one address" {
				own[len(own)-1] = "http://10.99.0.1:4566/_suback/health"
			}
			if out, err := run(exec.Command(own[0], own[1:]...)); err != nil || !strings.Contains(out, "running") {
				t.Errorf("this machine itself: got %v %s, want it let in", err, out)
			}
			g.stop(t)
		})
	}
}
