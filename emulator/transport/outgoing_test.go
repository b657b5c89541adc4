package transport

import "testing"

// A chunk has room for what it was taken for, and not more than twice as much
// and a little; the largest is for AWS's largest packet [B-631].
func TestSizeFor(t *testing.T) {
	const largest = 146<<10 + 5 + 10 // with its header and a frame's
	tests := []struct{ bytes, size, pool int }{
		{1, 2 << 10, 0},
		{2 << 10, 2 << 10, 0},
		{2<<10 + 1, 4 << 10, 1},
		{4<<10 + 1, 8 << 10, 2},
		{64 << 10, 64 << 10, 5},
		{64<<10 + 1, hugeSize, 6},
		{largest, hugeSize, 6},
		{1 << 20, 1 << 20, -1},
	}
	for _, tt := range tests {
		size, pool := sizeFor(tt.bytes)
		if size != tt.size || pool != tt.pool {
			t.Errorf("sizeFor(%d) = %d, %d, want %d, %d", tt.bytes, size, pool, tt.size, tt.pool)
		}
		if pool >= len(chunkPools{}) {
			t.Errorf("sizeFor(%d): there is no pool %d", tt.bytes, pool)
		}
		c := new(chunkPools).get(size, pool)
		if free := cap(c.b) - len(c.b); cap(c.b) != size || free < tt.bytes {
			t.Errorf("a chunk for %d bytes has room for %d of %d", tt.bytes, free, cap(c.b))
		}
	}
}

// The next chunk is made for as much as waits, up to a bound.
func TestNextSize(t *testing.T) {
	l, err := New(Options{Name: "mqtt", Address: ":0"})
	if err != nil {
		t.Fatal(err)
	}
	c := newConn(&place{room: l.room, listener: l}, sink{}, new(Facts), nil)
	c.flushing = true // by nobody
	var sizes []int
	for range 1500 {
		before := c.backlog.last
		write(t, c, string(make([]byte, 100)))
		if c.backlog.last != before {
			sizes = append(sizes, cap(c.backlog.last.b))
		}
	}
	want := []int{2 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10, 64 << 10}
	if len(sizes) != len(want) {
		t.Fatalf("got chunks %d, want %d", sizes, want)
	}
	for i := range want {
		if sizes[i] != want[i] {
			t.Errorf("chunk %d: got %d bytes, want %d", i, sizes[i], want[i])
		}
	}
}
