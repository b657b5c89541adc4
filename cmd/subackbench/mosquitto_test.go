package main

import (
	"strings"
	"testing"
)

func TestACL(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(acl()), "\n")
	if len(lines) != aclLines || lines[0] != "user load" || lines[48] != "topic readwrite bench/#" {
		t.Errorf("got %d lines, %q …, want %d", len(lines), lines[:2], aclLines)
	}
}

func TestMosquittoConfig(t *testing.T) {
	got := mosquittoConfig("/tmp/x", &broker{tcp: "127.0.0.1:1", tls: "127.0.0.1:2", wss: "127.0.0.1:3"})
	for _, want := range []string{
		"allow_anonymous false\npassword_file /tmp/x/passwords\nacl_file /tmp/x/acl\n",
		"max_queued_messages 0\nmax_inflight_messages 100\n",
		"listener 1 127.0.0.1\nlistener 2 127.0.0.1\ncertfile /tmp/x/server.pem\nkeyfile /tmp/x/server.key\n",
		"listener 3 127.0.0.1\nprotocol websockets\ncertfile ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%swant in it\n%s", got, want)
		}
	}
}
