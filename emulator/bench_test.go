package emulator_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
)

// BenchmarkThroughput measures messages per second with policies on beside the
// bare engine without any, in the same run, over plain TCP. One iteration is
// one published message that every subscriber has received.
func BenchmarkThroughput(b *testing.B) {
	for _, subscribers := range []int{1, 100} {
		for _, qos := range []byte{0, 1} {
			name := fmt.Sprintf("1to%d/qos%d", subscribers, qos)
			b.Run(name+"/suback", func(b *testing.B) { flood(b, startSuback(b), subscribers, qos, 100) })
			b.Run(name+"/engine", func(b *testing.B) { flood(b, startEngine(b), subscribers, qos, 100) })
		}
	}
	b.Run("1to1/qos0/4KiB/suback", func(b *testing.B) { flood(b, startSuback(b), 1, 0, 4<<10) })
	b.Run("1to1/qos0/4KiB/engine", func(b *testing.B) { flood(b, startEngine(b), 1, 0, 4<<10) })
}

// BenchmarkRules is BenchmarkThroughput with rules: 100 whose FROM does not match, beside
// none; and one that matches, whose WHERE is not true.
func BenchmarkRules(b *testing.B) {
	for _, bench := range []struct {
		name  string
		rules int
		from  string
	}{{"none", 0, ""}, {"100 that do not match", 100, "bench/topic/%d/+"}, {"one, WHERE not true", 1, "bench/+"}} {
		b.Run(bench.name, func(b *testing.B) {
			e := runSuback(b)
			for i := range bench.rules {
				from := strings.ReplaceAll(bench.from, "%d", fmt.Sprint(i))
				if _, err := emulator.RegistryOf(e).CreateTopicRule(registry.TopicRule{RuleName: fmt.Sprint("r", i),
					SQL: "SELECT * FROM '" + from + "' WHERE temp > 30"}); err != nil {
					b.Fatal(err)
				}
			}
			flood(b, e.Addr(emulator.MQTT), 1, 0, 100)
		})
	}
}

func startSuback(b *testing.B) string { return runSuback(b).Addr(emulator.MQTT) }

func runSuback(b *testing.B) *emulator.Emulator {
	answer := []byte(`{"isAuthenticated": true, "principalId": "bench", "policyDocuments": [{
		"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/${iot:ClientId}"},
			{"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"], "Resource": "arn:aws:iot:us-east-1:000000000000:topic/bench/*"},
			{"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:us-east-1:000000000000:topicfilter/bench/*"},
			{"Effect": "Deny", "Action": "iot:*", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/bench/secret/*"}]}]}`)
	return emulator.Run(b, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) { return answer, nil }})
}

func startEngine(b *testing.B) string {
	server := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		b.Fatal(err)
	}
	l := listeners.NewTCP(listeners.Config{ID: "tcp", Address: "127.0.0.1:0"})
	if err := server.AddListener(l); err != nil {
		b.Fatal(err)
	}
	if err := server.Serve(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Close() })
	return l.Address()
}

// flood publishes b.N messages of size bytes, at most 50 of them unanswered, and
// waits until all subscribers have all.
func flood(b *testing.B, addr string, subscribers int, qos byte, size int) {
	var received sync.WaitGroup
	for i := range subscribers {
		conn, r := connect(b, addr, fmt.Sprintf("sub-%d", i))
		send(b, conn, packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}, PacketID: 1,
			Filters: packets.Subscriptions{{Filter: "bench/+", Qos: qos}}})
		if kind, _ := next(b, r); kind != packets.Suback {
			b.Fatalf("got packet type %d, want SUBACK", kind)
		}
		received.Go(func() { receive(b, conn, r, b.N) })
	}
	conn, r := connect(b, addr, "pub")
	message := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: qos},
		TopicName: "bench/topic", Payload: bytes.Repeat([]byte("x"), size), PacketID: uint16(qos)}
	window := make(chan struct{}, 50)
	if qos == 1 {
		go func() {
			for range b.N {
				next(b, r)
				<-window
			}
		}()
	}
	b.ResetTimer()
	for i := range b.N {
		if qos == 1 {
			window <- struct{}{}
			message.PacketID = uint16(i%1000) + 1
		}
		send(b, conn, message)
	}
	received.Wait()
	b.ReportMetric(float64(b.N*subscribers)/b.Elapsed().Seconds(), "msg/s")
}

func connect(b *testing.B, addr, id string) (net.Conn, *bufio.Reader) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	r := bufio.NewReaderSize(conn, 64<<10)
	send(b, conn, packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Connect}, ProtocolVersion: 4,
		Connect: packets.ConnectParams{ProtocolName: []byte("MQTT"), ClientIdentifier: id, Clean: true}})
	if kind, body := next(b, r); kind != packets.Connack || body[1] != 0 {
		b.Fatalf("got packet type %d, %v, want CONNACK 0", kind, body)
	}
	return conn, r
}

func send(b *testing.B, conn net.Conn, pk packets.Packet) {
	var buf bytes.Buffer
	var err error
	switch pk.FixedHeader.Type {
	case packets.Connect:
		err = pk.ConnectEncode(&buf)
	case packets.Subscribe:
		err = pk.SubscribeEncode(&buf)
	case packets.Publish:
		err = pk.PublishEncode(&buf)
	}
	if err == nil {
		_, err = conn.Write(buf.Bytes())
	}
	if err != nil {
		b.Error(err)
	}
}

// receive takes n messages and acknowledges those that want it.
func receive(b *testing.B, conn net.Conn, r *bufio.Reader, n int) {
	acks := make([]byte, 0, 4096)
	for range n {
		kind, body := next(b, r)
		if kind == 0 {
			return
		}
		if len(body) > 2 && body[0] == 1 { // QoS 1: next put the flag there
			topic := int(body[1])<<8 | int(body[2])
			acks = append(acks, 0x40, 2, body[3+topic], body[4+topic])
		}
		if len(acks) > 0 && (r.Buffered() == 0 || len(acks) > 4000) {
			_, _ = conn.Write(acks)
			acks = acks[:0]
		}
	}
	_, _ = conn.Write(acks)
}

// next reads a packet: its type and its body; of a PUBLISH the body begins with
// one more byte, its QoS.
func next(b *testing.B, r *bufio.Reader) (kind byte, body []byte) {
	head, err := r.ReadByte()
	if err != nil {
		return 0, nil
	}
	length, _, err := packets.DecodeLength(r)
	if err != nil {
		b.Error(err)
		return 0, nil
	}
	body = make([]byte, length+1)
	if _, err := io.ReadFull(r, body[1:]); err != nil {
		b.Error(err)
		return 0, nil
	}
	if head>>4 != packets.Publish {
		return head >> 4, body[1:]
	}
	body[0] = head >> 1 & 3
	return packets.Publish, body
}
