package transport

import "sync"

// What waits to be sent
//
//   - it lies in chunks of whole packets, over WebSocket in their frames; so what has
//     not begun to go out can be dropped
//   - as many as make 64 KiB go out in one write
//   - a queue begins with a small chunk and goes on with larger ones; when the wire
//     is busy the next chunk is made for as much as has just gone out
//   - a chunk is counted with all that it holds of memory, from when it is taken
//     until it is sent; an idle connection has none

const (
	leastSize = 2 << 10   // bytes of the smallest chunk
	mostSize  = 64 << 10  // bytes of the largest one that several packets are put together for
	hugeSize  = 147 << 10 // bytes of a chunk for one of AWS's largest packets [B-631]
)

// A chunk is bytes as they go over the wire.
type chunk struct {
	b    []byte
	next *chunk
}

// sizes are those of the chunks that are used again: doubling, then hugeSize.
const sizes = 7

// chunkPools are free chunks by size.
type chunkPools [sizes]sync.Pool

// sizeFor returns the size of the smallest chunk with room for n bytes, and its
// pool; beyond the largest it is made to measure and pool is -1.
func sizeFor(n int) (size, pool int) {
	for size = leastSize; size <= mostSize; size *= 2 {
		if n <= size {
			return size, pool
		}
		pool++
	}
	if n <= hugeSize {
		return hugeSize, pool
	}
	return n, -1
}

// get returns an empty chunk of a size and pool that sizeFor gave.
func (p *chunkPools) get(size, pool int) *chunk {
	if pool >= 0 {
		if c, ok := p[pool].Get().(*chunk); ok {
			return c
		}
	}
	return &chunk{b: make([]byte, 0, size)}
}

// put takes back a chunk that get gave.
func (p *chunkPools) put(c *chunk) {
	size := cap(c.b)
	if _, pool := sizeFor(size); pool >= 0 {
		c.b, c.next = c.b[:0], nil
		p[pool].Put(c)
	}
}

// A backlog is the chunks that wait, oldest first.
type backlog struct{ first, last *chunk }

func (b *backlog) empty() bool { return b.first == nil }

// fits reports whether n more bytes go into what is there.
func (b *backlog) fits(n int) bool {
	return b.last != nil && cap(b.last.b)-len(b.last.b) >= n
}

func (b *backlog) append(c *chunk) {
	if b.last == nil {
		b.first = c
	} else {
		b.last.next = c
	}
	b.last = c
}

// pop takes the oldest chunk, nil if there is none.
func (b *backlog) pop() *chunk {
	c := b.first
	if c == nil {
		return nil
	}
	if b.first = c.next; b.first == nil {
		b.last = nil
	}
	c.next = nil
	return c
}

// popBatch appends the oldest chunks that make one write to batch, if there are
// any.
func (b *backlog) popBatch(batch []*chunk) []*chunk {
	for n := 0; b.first != nil && (n == 0 || n+len(b.first.b) <= mostSize); {
		n += len(b.first.b)
		batch = append(batch, b.pop())
	}
	return batch
}

// size is about how many bytes wait, up to mostSize.
func (b *backlog) size() int {
	switch {
	case b.first == nil:
		return 0
	case b.first == b.last:
		return len(b.first.b)
	}
	return cap(b.last.b) // as much as before it, where it was doubled
}
