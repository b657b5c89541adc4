package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
)

// aclLines is how many lines Mosquitto's access control list has.
const aclLines = 50

// startMosquitto starts Mosquitto with a password and an access control list, without
// persistence.
func startMosquitto(ctx context.Context, l *lab) (*broker, error) {
	return mosquitto(ctx, l, "persistence false\n")
}

// startMosquittoDurable has Mosquitto keep sessions, as it does: written now and
// then, and at its end.
func startMosquittoDurable(ctx context.Context, l *lab) (*broker, error) {
	return mosquitto(ctx, l, "persistence true\n")
}

func mosquitto(ctx context.Context, l *lab, more string) (*broker, error) {
	if l.mosquitto == "" {
		return nil, skipped("mosquitto is not installed: apt-get install mosquitto")
	}
	folder, err := l.folder()
	if err != nil {
		return nil, err
	}
	addrs, err := l.addresses(3)
	if err != nil {
		return nil, err
	}
	b := &broker{tcp: addrs[0], tls: addrs[1], wss: addrs[2]}
	if err := writeServerCertificate(folder); err != nil {
		return nil, err
	}
	passwords := filepath.Join(folder, "passwords")
	create := exec.CommandContext(ctx, find("mosquitto_passwd"), "-b", "-c", passwords, userName, password)
	if out, err := create.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mosquitto_passwd: %w\n%s", err, out)
	}
	files := map[string]string{
		"acl":            acl(),
		"mosquitto.conf": mosquittoConfig(folder, b) + more,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return b.launch(ctx, l, folder, l.mosquitto, "-c", filepath.Join(folder, "mosquitto.conf"))
}

// mosquittoConfig has the listeners of b, and nothing dropped: no bound of queues,
// and a window as wide as the generator's.
func mosquittoConfig(folder string, b *broker) string {
	var c strings.Builder
	in := func(name string) string { return filepath.Join(folder, name) }
	fmt.Fprintf(&c, "allow_anonymous false\npassword_file %s\nacl_file %s\n", in("passwords"), in("acl"))
	fmt.Fprintf(&c, "max_queued_messages 0\nmax_inflight_messages 100\nlog_type error\n")
	fmt.Fprintf(&c, "persistence_location %s/\n", folder)
	if u, err := user.Current(); err == nil { // or it would be another's, who may not read here
		fmt.Fprintf(&c, "user %s\n", u.Username)
	}
	for _, addr := range []string{b.tcp, b.tls, b.wss} {
		host, port, _ := net.SplitHostPort(addr)
		fmt.Fprintf(&c, "listener %s %s\n", port, host)
		if addr == b.wss {
			fmt.Fprintf(&c, "protocol websockets\n")
		}
		if addr != b.tcp {
			fmt.Fprintf(&c, "certfile %s\nkeyfile %s\n", in(serverCertificate), in(serverKey))
		}
	}
	return c.String()
}

// acl is of so many lines, of which the one before last lets the generator do its work.
func acl() string {
	lines := []string{"user " + userName}
	for i := len(lines); i < aclLines-2; i++ {
		lines = append(lines, fmt.Sprintf("topic readwrite plant/%d/#", i))
	}
	lines = append(lines, "topic readwrite bench/#", "topic read status/#")
	return strings.Join(lines, "\n") + "\n"
}
