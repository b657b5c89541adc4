package story

import "sync"

// An ID stands for a [Publisher] or a [Holder] in a [Book]; 0 for none. So entries have no
// pointers, and the garbage collector does not look at them.
type ID uint32

// maxLeft is how many that have left are still known because a story may name them.
const maxLeft = 1 << 16

// parties are who stories tell of: those that may still publish or get something, and
// those that have left and that a story may name.
type parties struct {
	mu   sync.Mutex
	all  []any // by ID; *Publisher or *Holder
	free []ID
	left []leaver // in the order in which they left
}

// A leaver is who publishes or gets no message after one.
type leaver struct {
	id   ID
	last uint64 // message that may name it
}

// join knows one more.
func (p *parties) join(who any) ID {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		id := p.free[n-1]
		p.free, p.all[id] = p.free[:n-1], who
		return id
	}
	if len(p.all) == 0 {
		p.all = append(p.all, nil) // of ID 0
	}
	p.all = append(p.all, who)
	return ID(len(p.all) - 1)
}

// leave notes that no message after last names id. If too many have left, it returns up
// to which message the stories must go, so that they can be forgotten.
func (p *parties) leave(id ID, last, oldest uint64) (forget uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(oldest)
	p.left = append(p.left, leaver{id, last})
	if len(p.left) > maxLeft {
		return p.left[len(p.left)/2].last
	}
	return 0
}

// sweep forgets who has left and is in no story from oldest on. The caller holds mu.
func (p *parties) sweep(oldest uint64) {
	n := 0
	for ; n < len(p.left) && p.left[n].last < oldest; n++ {
		p.all[p.left[n].id] = nil
		p.free = append(p.free, p.left[n].id)
	}
	if n > 0 {
		p.left = append(p.left[:0], p.left[n:]...)
	}
}

// publisher and holder return who an ID stands for, nil if nobody.
func (p *parties) publisher(id ID) *Publisher {
	p.mu.Lock()
	defer p.mu.Unlock()
	if int(id) >= len(p.all) {
		return nil
	}
	who, _ := p.all[id].(*Publisher)
	return who
}

func (p *parties) holder(id ID) *Holder {
	p.mu.Lock()
	defer p.mu.Unlock()
	if int(id) >= len(p.all) {
		return nil
	}
	who, _ := p.all[id].(*Holder)
	return who
}

// Publisher knows who publishes, until it leaves.
func (b *Book) Publisher(p *Publisher) ID {
	if b == nil {
		return 0
	}
	return b.parties.join(p)
}

// Holder knows who may get messages, until it leaves.
func (b *Book) Holder(h *Holder) ID {
	if b == nil {
		return 0
	}
	return b.parties.join(h)
}

// Leave says that no message that begins from now on names an ID. It is called once for
// each.
func (b *Book) Leave(id ID) {
	if b == nil || id == 0 {
		return
	}
	if last := b.parties.leave(id, b.last.Load(), b.oldest.Load()); last > 0 {
		b.forget(func(oldest uint64) bool { return oldest <= last })
	}
}
