package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/suback/suback/emulator/wire"
)

// A client can make us keep no more than it has sent, whatever it announces
// [B-680]; and a packet in single bytes costs no more than once its size.
func TestMemory(t *testing.T) {
	large := connectOf(5, 2, strings.Repeat("\x26"+text(strings.Repeat("k", 1000))+text("v"), 140), text("d"))
	tests := []struct {
		name, sent string
		from       func(io.Reader) io.Reader
		most       uint64 // bytes allocated
	}{
		{"256 MB announced by a PUBLISH", hello(4) + "\x30\xff\xff\xff\x7f\x00\x01a", iotest.OneByteReader, 16 << 10},
		{"256 MB announced by a SUBSCRIBE", hello(4) + "\x82\xff\xff\xff\x7f\x00\x01a", iotest.OneByteReader, 16 << 10},
		{"256 MB announced by a CONNECT", "\x10\xff\xff\xff\x7f" + text("MQTT"), iotest.OneByteReader, 16 << 10},
		{"a property length of 256 MB", hello(5) + packet(0x30, text("a"), "\xff\xff\xff\x7f")[:7], iotest.OneByteReader, 16 << 10},
		{"a long CONNECT in single bytes", large, iotest.OneByteReader, 10 * uint64(len(large))},
		{"PUBLISH of 128 KB", hello(4) + packet(0x30, text("a"), strings.Repeat("x", 128<<10)), iotest.HalfReader, 16 << 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := wire.NewReader(tt.from(strings.NewReader(tt.sent)), 0)
			p := make([]byte, 2048)
			got := allocated(func() {
				for {
					if _, err := r.Read(p); err != nil {
						return
					}
				}
			})
			if got > tt.most {
				t.Errorf("%d bytes allocated for %d sent, want at most %d", got, len(tt.sent), tt.most)
			}
		})
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A PUBLISH over 1 MiB is passed on when all of it is there, since the engine makes
// room for all of it at once; a smaller one as it comes.
func TestWhole(t *testing.T) {
	for _, tt := range []struct {
		size  int
		early bool
	}{{1 << 10, true}, {128 << 10, true}, {2 << 20, false}} {
		sent := packet(0x30, text("a"), strings.Repeat("x", tt.size))
		cut := hello(4) + sent[:len(sent)-1]
		passed, _ := read(wire.NewReader(strings.NewReader(cut), 0), 2048)
		if want := map[bool]string{true: cut, false: hello(4)}[tt.early]; passed != want {
			t.Errorf("%d bytes without the last: passed on %d, want %d", tt.size, len(passed), len(want))
		}
		all := hello(4) + sent + "\xc0\x00"
		if passed, err := read(wire.NewReader(strings.NewReader(all), 0), 2048); passed != all || err != nil {
			t.Errorf("%d bytes: passed on %d and %v, want all", tt.size, len(passed), err)
		}
	}
}

// How the reader below ends is told once what came before has been read, and what
// is there of a packet without an end is not passed on.
func TestReadError(t *testing.T) {
	broken := errors.New("broken")
	r := wire.NewReader(io.MultiReader(strings.NewReader(hello(4)+"\xc0"), iotest.ErrReader(broken)), 0)
	passed, err := read(r, 2048)
	if passed != hello(4) || err != broken {
		t.Errorf("got %q and %v, want the CONNECT and %v", passed, err, broken)
	}
	if n, err := r.Read(nil); n != 0 || err != nil {
		t.Errorf("Read of nothing: got %d and %v, want 0 and nil", n, err)
	}
}

// In the midst of traffic nothing is allocated.
func TestNoAllocations(t *testing.T) {
	batch := strings.Repeat(publishOf(5, "bench/topic", strings.Repeat("x", 90)), 64) +
		packet(0x32, text("t"), id, props("\x01\x01\x23\x00\x01"), "x")
	src := &endless{batch: []byte(batch)}
	r := wire.NewReader(io.MultiReader(strings.NewReader(hello(5)), src), 0)
	p := make([]byte, 2048)
	_, _ = r.Read(p)
	_, _ = r.Read(p)
	if n := testing.AllocsPerRun(1000, func() { _, _ = r.Read(p) }); n > 0 {
		t.Errorf("%.2f allocations for each Read of 2 KB, want none", n)
	}
}

// endless repeats a batch of packets.
type endless struct {
	batch []byte
	at    int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.batch[e.at:])
	e.at = (e.at + n) % len(e.batch)
	return n, nil
}

// BenchmarkReader is what the check costs a packet, beside the bare copy of its
// bytes.
func BenchmarkReader(b *testing.B) {
	ways := map[string]func(io.Reader) io.Reader{
		"bare":    func(r io.Reader) io.Reader { return r },
		"checked": func(r io.Reader) io.Reader { return wire.NewReader(r, 0) },
	}
	for _, level := range []byte{4, 5} {
		for _, size := range []int{100, 4 << 10} {
			p := []byte(publishOf(level, "bench/topic", strings.Repeat("x", size)))
			for way, from := range ways {
				b.Run(fmt.Sprintf("v%d/%d bytes/%s", level, size, way), func(b *testing.B) {
					r := from(io.MultiReader(strings.NewReader(hello(level)), &endless{batch: bytes.Repeat(p, 16)}))
					buf := make([]byte, 2048)
					b.SetBytes(int64(len(p)))
					for left := b.N * len(p); left > 0; {
						n, err := r.Read(buf)
						if err != nil {
							b.Fatal(err)
						}
						left -= n
					}
				})
			}
		}
	}
}
