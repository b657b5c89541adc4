package trace

import "testing"

func TestQueue(t *testing.T) {
	var q queue
	next, oldest := uint64(0), uint64(0)
	push := func(n int) {
		for range n {
			q.push(&record{event: Event{Seq: next}})
			next++
		}
	}
	pop := func(n int) {
		for range n {
			if got := q.pop().event.Seq; got != oldest {
				t.Fatalf("pop() = %d, want %d", got, oldest)
			}
			oldest++
		}
	}
	push(3)
	pop(2)
	push(5)
	pop(6)
	if q.len() != 0 {
		t.Errorf("len() = %d after as many pops as pushes, want 0", q.len())
	}
	push(100)
	for range 10_000 {
		push(1)
		pop(1)
	}
	if q.len() != 100 || q.all()[0].event.Seq != oldest {
		t.Errorf("%d records from %d, want 100 from %d", q.len(), q.all()[0].event.Seq, oldest)
	}
	if n := cap(q.records); n > 1000 {
		t.Errorf("the queue has room for %d records, want it to stay near 100", n)
	}
}
