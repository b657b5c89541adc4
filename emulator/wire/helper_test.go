package wire_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/suback/suback/emulator/wire"
)

// packet puts a fixed header before a body.
func packet(first byte, body ...string) string {
	b := strings.Join(body, "")
	return string([]byte{first}) + length(len(b)) + b
}

// length is MQTT's form of one.
func length(n int) string { return string(binary.AppendUvarint(nil, uint64(n))) }

func text(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }

// props puts their length before properties.
func props(all ...string) string {
	p := strings.Join(all, "")
	return length(len(p)) + p
}

// connectOf is a CONNECT of a level: flags, properties in MQTT 5, payload.
func connectOf(level, flags byte, properties, payload string) string {
	name := "MQTT"
	if level == 3 {
		name = "MQIsdp"
	}
	head := text(name) + string([]byte{level, flags, 0, 60})
	if level == 5 {
		head += props(properties)
	}
	return packet(0x10, head, payload)
}

func hello(level byte) string { return connectOf(level, 0x02, "", text("d")) }

// chunks are the ways in which bytes may come, and be asked for.
var chunks = []struct {
	name string
	from func(io.Reader) io.Reader
	room int // for each Read
}{
	{"at once", func(r io.Reader) io.Reader { return r }, 2048},
	{"one by one", iotest.OneByteReader, 2048},
	{"in halves", iotest.HalfReader, 2048},
	{"into little room", func(r io.Reader) io.Reader { return r }, 3},
	{"one by one into none", iotest.OneByteReader, 1},
	{"with the end", iotest.DataErrReader, 16},
}

// read reads until the end, and returns what was passed on and why it ended;
// io.EOF is no reason.
func read(r io.Reader, room int) (passed string, err error) {
	var all strings.Builder
	p := make([]byte, room)
	for err == nil {
		var n int
		n, err = r.Read(p)
		all.Write(p[:n])
	}
	if err == io.EOF {
		err = nil
	}
	return all.String(), err
}

// readEveryWay reads bytes in all chunks, wants the same of each, and returns it.
func readEveryWay(t *testing.T, sent string, most int) (passed string, bad *wire.Error) {
	t.Helper()
	for i, c := range chunks {
		got, err := read(wire.NewReader(c.from(strings.NewReader(sent)), most), c.room)
		var failed *wire.Error
		if err != nil && !errors.As(err, &failed) {
			t.Fatalf("%s: got %v, want an *Error or none", c.name, err)
		}
		if i > 0 && (got != passed || fmt.Sprint(failed) != fmt.Sprint(bad)) {
			t.Fatalf("%s: got %q and %v, %s: %q and %v", c.name, got, failed, chunks[0].name, passed, bad)
		}
		passed, bad = got, failed
	}
	return passed, bad
}
