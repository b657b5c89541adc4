package rules

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/suback/suback/emulator/registry"
)

// Batches of http actions
//
//   - results of one rule for one URL, and of one topic unless batchAcrossTopics, are sent
//     together as a JSON array; billing groups do not tell them apart [guess]
//   - a batch is sent when it has maxBatchSize of them, when one more would have it over
//     maxBatchSizeBytes, or maxBatchOpenMs after its first
//   - the headers are those of the last one
//   - a result that is text and no JSON is a JSON string; one that is not even UTF-8 is none of
//     a batch [R-125, guess for the first]
//   - what comes of a batch comes of each of its messages
//   - a server that is slow has its rule wait: up to 1000 messages of an action are in batches, of
//     8 MiB at most, and 8 batches on their way
//   - a result counts as the lane's, beside its message; if there is no room for it among all
//     rules, the action fails [choice]

const (
	mostBatched      = 1000
	mostBatchedBytes = 8 << 20
	mostOnWay        = 8
)

// batches are those of one action.
type batches struct {
	engine         *Engine
	open           time.Duration
	size, bytes    int
	acrossTopics   bool
	room, sendings chan struct{} // one for each message, and for each batch on its way
	budget         budget        // of what is sent

	mu  sync.Mutex
	all map[batchKey]*batch // that are open
}

type batchKey struct{ url, topic string }

// A batch has messages that are sent together.
type batch struct {
	list  []*batched
	bytes int
	timer *time.Timer
}

// A batched is an action that waits for other messages, or their batch for its answer.
type batched struct {
	x        *run
	action   *action
	v        values
	letter   *letter
	text     []byte // JSON
	done     done
	failures []failure // of the actions before
}

// newBatches is nil for an action that does not batch.
func (e *Engine) newBatches(a registry.RuleAction) *batches {
	v := a["http"]
	if on, _ := v["enableBatching"].(bool); !on {
		return nil
	}
	config, _ := v["batchConfig"].(map[string]any)
	number := func(name string, otherwise int) int {
		if n, ok := config[name].(float64); ok {
			return int(n)
		}
		return otherwise
	}
	across, _ := config["batchAcrossTopics"].(bool)
	return &batches{engine: e, open: time.Duration(number("maxBatchOpenMs", 20)) * time.Millisecond,
		size: number("maxBatchSize", 10), bytes: number("maxBatchSizeBytes", 5120), acrossTopics: across,
		room: make(chan struct{}, mostBatched), sendings: make(chan struct{}, mostOnWay),
		budget: budget{left: mostBatchedBytes}, all: map[batchKey]*batch{}}
}

// batch has an action wait for other messages. The error is why it cannot.
func (x *run) batch(a *action, v values) (done, error) {
	l, d, err := x.letter(v)
	if err != nil {
		return d, err
	}
	text := x.result.Payload
	if !json.Valid(text) {
		if !utf8.Valid(text) {
			return d, refuse("select what is text: SELECT encode(*, 'base64') AS data", "R-125",
				"the result is not UTF-8, and a batch is JSON")
		}
		if text, err = plainJSON(string(text)); err != nil {
			return d, err
		}
		x.copied += len(text)
	}
	x.later = append(x.later, &batched{x: x, action: a, v: v, letter: l, text: text, done: d})
	return d, nil
}

// enter waits until there is room for a message. One whose rule has no time left takes it if there
// is some: a batch has its own.
func (s *batches) enter(b *batched) error {
	if err := b.x.keep(); err != nil {
		return err
	}
	if err := s.place(b.x.ctx); err != nil {
		return err
	}
	err := s.budget.take(b.x.ctx, len(b.text))
	if err != nil {
		<-s.room
	}
	return err
}

// place takes the place of a message.
func (s *batches) place(ctx context.Context) error {
	select {
	case s.room <- struct{}{}:
		return nil
	default:
	}
	select {
	case s.room <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave makes the room of a message free.
func (s *batches) leave(b *batched) {
	s.budget.give(len(b.text))
	<-s.room
}

// add puts a message into its batch, once there is room.
func (s *batches) add(b *batched) {
	if err := s.enter(b); err != nil {
		b.settle("", b.x.overdue(err))
		return
	}
	key := batchKey{url: b.letter.url.String()}
	if !s.acrossTopics {
		key.topic = b.x.topic
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.all[key]
	if at != nil && at.bytes+1+len(b.text) > s.bytes {
		s.send(key, at)
		at = nil
	}
	if at == nil {
		at = &batch{bytes: 1}
		s.all[key] = at
		s.engine.batching.Add(1)
		at.timer = time.AfterFunc(s.open, func() { s.late(key, at) })
	}
	at.list, at.bytes = append(at.list, b), at.bytes+1+len(b.text)
	if len(at.list) >= s.size || at.bytes >= s.bytes {
		s.send(key, at)
	}
}

// late sends a batch that was open for long enough.
func (s *batches) late(key batchKey, at *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(key, at)
}

// send sends a batch, unless it was sent already.
func (s *batches) send(key batchKey, at *batch) {
	if s.all[key] != at {
		return
	}
	delete(s.all, key)
	at.timer.Stop()
	go func() {
		defer s.engine.batching.Done()
		s.deliver(at.list)
	}()
}

// deliver sends a batch, and has what came of it come of its messages.
func (s *batches) deliver(list []*batched) {
	last := list[len(list)-1]
	answer, err := "", s.engine.ctx.Err()
	select {
	case s.sendings <- struct{}{}:
		err = errNotSent
		last.x.guarded(func(x *run) { answer, err = s.sendAll(x.ctx, list) })
		<-s.sendings
	case <-s.engine.ctx.Done():
		err = s.engine.ctx.Err()
	}
	if err == nil {
		answer = fmt.Sprintf("%s, in a batch of %d", answer, len(list))
	}
	for _, b := range list {
		s.leave(b)
		b.x.guarded(func(*run) { b.settle(answer, err) })
	}
}

func (s *batches) sendAll(ctx context.Context, list []*batched) (string, error) {
	last := list[len(list)-1]
	texts := make([][]byte, len(list))
	l := *last.letter
	for i, b := range list {
		texts[i], l.depth = b.text, max(l.depth, b.letter.depth)
	}
	l.headers = l.headers.Clone()
	if l.headers.Get("Content-Type") == "" {
		l.headers.Set("Content-Type", "application/json")
	}
	body := bytes.Join([][]byte{[]byte("["), bytes.Join(texts, []byte(",")), []byte("]")}, nil)
	return last.x.deliver(ctx, &l, body)
}

// errNotSent is of a batch that was lost to a fault of the gateway's own.
var errNotSent = errors.New("the batch was not sent")

// settle tells what came of the action, and goes on with the run.
func (b *batched) settle(answer string, err error) {
	b.done.answer = answer
	failures := b.failures
	if f := b.x.settle(b.action, b.v, &b.done, err); f != nil {
		f.batched = true
		failures = append(failures, *f)
	}
	b.x.finish(failures)
}
