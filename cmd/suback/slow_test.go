package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSlowClients: whoever sends one byte after the other, wherever that is, is ended by
// the bound, however many there are; who is healthy does not notice, and nothing is left.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const (
		each  = 30
		bound = 2 * time.Second
		// what is sent slowly: longer than the bound lets it be
		connect = "\x10\x40\x00\x04MQTT\x04\xc2\x00\x3c\x00\x20"
		hello   = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
		get     = "GET /_suback/health HTTP/1.1\r\nHost: localhost\r\nx: "
		post    = "POST /things/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n" +
			"Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n"
		upgrade = "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
		frame = "\x82\xfe\x10\x00\x00\x00\x00\x00"
	)
	tests := []struct {
		listener, where string
		alpn            []string // nil: no TLS
		before, slowly  string   // what is sent at once, and what then
	}{
		{"mqtt", "nothing", nil, "", ""},
		{"mqtt", "CONNECT", nil, "", connect},
		{"mqtts", "nothing", nil, "", ""},
		{"mqtts", "ClientHello", nil, "", hello},
		{"mqtts", "CONNECT", []string{}, "", connect},
		{"https", "nothing", nil, "", ""},
		{"https", "ClientHello", nil, "", hello},
		{"https", "CONNECT", []string{"mqtt"}, "", connect},
		{"https", "head", []string{}, "", get},
		{"https", "body", []string{}, post, "{"},
		{"https", "upgrade", []string{}, "", upgrade[:60]},
		{"https", "frame", []string{}, upgrade, frame},
		{"https", "CONNECT in a frame", []string{}, upgrade, frame + connect},
		{"http", "nothing", nil, "", ""},
		{"http", "head", nil, "", get},
		{"http", "body", nil, post, "{"},
		{"http", "upgrade", nil, "", upgrade[:60]},
		{"http", "frame", nil, upgrade, frame},
		{"http", "CONNECT in a frame", nil, upgrade, frame + connect},
	}
	g := serve(t, free, "--request-time", bound.String(), "--log-level", "error")
	addr := g.addresses()
	before := g.metric(t, "go_goroutines")
	quiet := startPair(t, addr["mqtt"], "quiet")
	pause(nil, time.Second)
	quiet.end()

	healthy := startPair(t, addr["mqtt"], "healthy")
	var all sync.WaitGroup
	begin, counted := time.Now(), make(chan time.Duration, each*len(tests))
	for _, tt := range tests {
		for range each {
			conn, err := net.Dial("tcp", addr[tt.listener])
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				defer conn.Close()
				if tt.alpn != nil {
					conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: tt.alpn, ServerName: "localhost"})
				}
				if err := trickle(conn, tt.before, tt.slowly); err != nil {
					t.Errorf("%s, %s: %v", tt.listener, tt.where, err)
				}
				counted <- time.Since(begin)
			})
		}
	}
	all.Wait()
	healthy.end()
	close(counted)
	var last time.Duration
	for took := range counted {
		last = max(last, took)
	}
	t.Logf("%d slow clients, all ended after %v; the bound is %v, and again for a body", each*len(tests), last, bound)
	if hits := g.metric(t, `suback_bound_hits_total{bound="request_time"}`); hits < each*len(tests)/2 {
		t.Errorf("%d have met the bound, want most of %d", hits, each*len(tests))
	}
	eventually(t, fmt.Sprintf("%d goroutines as before", before), func() bool { return g.metric(t, "go_goroutines") <= before+5 })
}

// trickle sends what is to be sent at once, and then the rest byte by byte, with more of
// the last, until the other side ends the connection.
func trickle(conn net.Conn, before, slowly string) error {
	_ = conn.SetDeadline(time.Now().Add(2 * patience))
	ended := make(chan error, 1)
	if before != "" {
		if _, err := io.WriteString(conn, before); err != nil {
			return err
		}
	} else if t, ok := conn.(*tls.Conn); ok {
		if err := t.Handshake(); err != nil {
			return err
		}
	}
	go func() {
		_, err := io.Copy(io.Discard, conn)
		ended <- err
	}()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if e, ok := err.(net.Error); ok && e.Timeout() {
				return fmt.Errorf("not ended within %v", 2*patience)
			}
			return nil
		case <-tick.C:
		}
		if slowly != "" { // what fails, reading tells
			_, _ = io.WriteString(conn, slowly[:1])
			if len(slowly) > 1 {
				slowly = slowly[1:]
			}
		}
	}
}

// TestDeadConsumers: clients that never read and never close are ended, all of them, and
// what waits for them stays within the bound; who reads gets everything.
func TestDeadConsumers(t *testing.T) {
	t.Parallel()
	const clients, size, bound = 40, 100 << 10, 32 << 20
	g := serve(t, free, "--max-buffered", fmt.Sprint(bound), "--log-level", "error")
	addr := g.addresses()["mqtt"]
	goroutines := g.metric(t, "go_goroutines")
	for i := range clients {
		conn, err := shake(addr, fmt.Sprint("dead-", i))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		_, _ = io.WriteString(conn, "\x82\x09\x00\x01\x00\x04much\x00")
	}
	reader, _, err := dialWire(addr, "reader", true)
	if err == nil {
		err = reader.subscribe("much")
	}
	publisher, _, err2 := dialWire(addr, "publisher", true)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	healthy := startPair(t, addr, "healthy")
	payload, most, sent := strings.Repeat("x", size), 0, 0
	for g.metric(t, "suback_connections") > 5 { // reader, publisher, the pair, and who asks
		if err := publisher.publish("much", payload, false); err != nil {
			t.Fatal(err)
		}
		got, err := reader.Receive()
		if err == nil && len(got.Payload) != size {
			err = fmt.Errorf("got %d bytes, want %d", len(got.Payload), size)
		}
		if err == nil {
			err = reader.Acknowledge(got)
		}
		if err != nil {
			t.Fatalf("who reads: %v after %d messages", err, sent)
		}
		if sent++; sent > 2000 {
			t.Fatalf("%d of %d that never read are still connected after %d messages", g.metric(t, "suback_connections")-4, clients, sent)
		}
		if sent%10 == 0 {
			most = max(most, resident(t, g.cmd.Process.Pid))
		}
	}
	healthy.end()
	t.Logf("%d clients that never read ended within %d messages of %d KiB, %d MB of memory at most", clients, sent, size>>10, most>>20)
	if limit := bound*2 + 96<<20; most > limit {
		t.Errorf("%d MB of memory, want at most %d while %d may wait", most>>20, limit>>20, bound>>20)
	}
	_, _ = reader.Close(), publisher.Close()
	eventually(t, fmt.Sprintf("%d goroutines as before", goroutines), func() bool { return g.metric(t, "go_goroutines") <= goroutines+5 })
}
