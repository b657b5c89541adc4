package trace

// A queue holds records in the order of their Seq. The zero queue is empty.
type queue struct {
	records []*record
	head    int // records before it are gone
}

func (q *queue) push(rec *record) { q.records = append(q.records, rec) }

// pop takes the oldest record out; the queue must not be empty.
func (q *queue) pop() *record {
	rec := q.records[q.head]
	q.records[q.head] = nil
	q.head++
	if q.head*2 > len(q.records) { // each record is moved at most once on average
		n := copy(q.records, q.all())
		clear(q.records[n:])
		q.records, q.head = q.records[:n], 0
	}
	return rec
}

func (q *queue) all() []*record { return q.records[q.head:] }
func (q *queue) len() int       { return len(q.records) - q.head }
