package load

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"
)

// A sending is messages of QoS 1 that one client publishes, at most -window of them
// unanswered.
type sending struct {
	c      *client
	window chan struct{}
	batch  []byte
}

// publishAll publishes n messages, or with 0 for -duration, each with its number in
// it, and waits for all PUBACKs. It returns how many they were.
func (r *run) publishAll(ctx context.Context, n int, retain bool, topic func(i int) string) (int, error) {
	ctx, stop := context.WithCancelCause(ctx)
	s := &stream{run: r, stop: stop, ending: ctx.Done()}
	defer s.end()
	c, err := s.open(r.id+"-pub", false, 16<<10)
	if err != nil {
		return 0, fmt.Errorf("publisher: %w", err)
	}
	out := &sending{c: c, window: make(chan struct{}, r.window)}
	s.goes("publisher", func() error {
		return c.receive(handler{acked: func(k, _ int) {
			for range k {
				<-out.window
			}
		}})
	})
	payload := make([]byte, max(r.size, 8))
	sent := 0
	for end := time.Now().Add(r.duration); n > 0 && sent < n || n == 0 && time.Now().Before(end); sent++ {
		binary.BigEndian.PutUint64(payload, uint64(sent))
		one, id, _ := r.publishPacket(topic(sent), 1, retain, payload)
		binary.BigEndian.PutUint16(one[id:], uint16(sent%60000+1))
		if err := out.add(ctx, one); err != nil {
			return 0, err
		}
	}
	return sent, out.answered(ctx)
}

func (o *sending) flush() error {
	_, err := o.c.Write(o.batch)
	o.batch = o.batch[:0]
	return err
}

// add puts a message behind others, and writes them when they are many or no more
// may be.
func (o *sending) add(ctx context.Context, one []byte) error {
	select {
	case o.window <- struct{}{}:
	default:
		if err := o.flush(); err != nil {
			return err
		}
		if err := o.room(ctx); err != nil {
			return err
		}
	}
	if o.batch = append(o.batch, one...); len(o.batch) > 8<<10 {
		return o.flush()
	}
	return nil
}

func (o *sending) room(ctx context.Context) error {
	select {
	case o.window <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// answered waits for the answers of all: then the whole window is free.
func (o *sending) answered(ctx context.Context) error {
	if err := o.flush(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 2*patience, fmt.Errorf("PUBACKs missing after %v", 2*patience))
	defer cancel()
	for range cap(o.window) {
		if err := o.room(ctx); err != nil {
			return err
		}
	}
	return nil
}
