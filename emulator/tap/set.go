package tap

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Most is how many may read at a time.
	Most = 16

	// waiting is how many packets wait for one reader.
	waiting = 2000
)

// A Set is who reads the packets of one account's clients. A nil one has nobody. Methods are
// safe for concurrent use.
type Set struct {
	some atomic.Int32 // how many there are

	mu  sync.Mutex
	all []*Reader
}

// New returns a set that nobody reads from.
func New() *Set { return &Set{} }

// A Reader gets the packets of one client, those of all its connections. Its methods are for
// one goroutine.
type Reader struct {
	set    *Set
	client string
	wake   chan struct{} // holds a token when there is something

	mu    sync.Mutex
	queue []Packet
	lost  int // behind what is in the queue
}

// Open begins to read a client's packets. The error says how many may.
func (s *Set) Open(client string) (*Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= Most {
		return nil, fmt.Errorf("%d read packets, as many as may at a time: end one first", Most)
	}
	r := &Reader{set: s, client: client, wake: make(chan struct{}, 1)}
	s.all = append(s.all, r)
	s.some.Store(int32(len(s.all)))
	return r, nil
}

// Wants reports whether anybody reads the packets of a client.
func (s *Set) Wants(client string) bool {
	return s != nil && s.some.Load() != 0 && s.reads(client)
}

func (s *Set) reads(client string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.all, func(r *Reader) bool { return r.client == client })
}

// Put hands a packet to those who read its client's. One without a time gets the present one.
func (s *Set) Put(p Packet) {
	if s == nil || s.some.Load() == 0 {
		return
	}
	if p.Time.IsZero() {
		p.Time = time.Now()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.all {
		if r.client == p.Client {
			r.put(p)
		}
	}
}

func (r *Reader) put(p Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) >= waiting {
		r.lost++
	} else {
		r.queue = append(r.queue, p)
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Next returns the next packet, for which it waits until ctx ends; then it returns its error.
func (r *Reader) Next(ctx context.Context) (Packet, error) {
	for {
		if p, ok := r.take(); ok {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return Packet{}, ctx.Err()
		case <-r.wake:
		}
	}
}

func (r *Reader) take() (Packet, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case len(r.queue) > 0:
		p := r.queue[0]
		r.queue = r.queue[1:]
		return p, true
	case r.lost > 0:
		p := Packet{Time: time.Now(), Type: "LOST", Client: r.client, Count: r.lost}
		r.lost = 0
		return p, true
	}
	return Packet{}, false
}

// Close ends the reading. What has not been read is forgotten.
func (r *Reader) Close() {
	r.set.mu.Lock()
	defer r.set.mu.Unlock()
	r.set.all = slices.DeleteFunc(r.set.all, func(other *Reader) bool { return other == r })
	r.set.some.Store(int32(len(r.set.all)))
}
