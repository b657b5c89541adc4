package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Most is how many faults an account can have at a time.
const Most = 1000

// A Set is the faults of one account. A nil one has none. Methods are safe for concurrent
// use.
type Set struct {
	some atomic.Int32 // how many there are

	mu   sync.Mutex
	all  []*armed // the oldest first
	last int      // id
}

// armed is a fault that may strike.
type armed struct {
	Fault
	lots  *rand.Rand
	until time.Time // of a cut, and of what lasts a time; zero: none
}

// isOver reports whether it cannot strike any more.
func (f *armed) isOver(now time.Time) bool {
	if !f.until.IsZero() && !now.Before(f.until) {
		return true
	}
	return f.Do != Cut && *f.Times > 0 && f.Struck >= *f.Times
}

// New returns a set without faults.
func New() *Set { return &Set{} }

// Add takes a fault, and returns it with its id and its defaults. The error names the
// field, what it has, and what was wanted.
func (s *Set) Add(f Fault) (Fault, error) {
	f.ID, f.Struck = 0, 0
	if err := f.Check(); err != nil {
		return Fault{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.sweep(now)
	if len(s.all) >= Most {
		return Fault{}, fmt.Errorf("there are %d faults, as many as may be: take some back first", Most)
	}
	s.last++
	f.ID = s.last
	a := &armed{Fault: f, lots: rand.New(rand.NewPCG(f.Seed, 0))}
	if d := max(f.For, f.Lasts); d > 0 { // it has one of them at most
		a.until = now.Add(time.Duration(d))
	}
	s.all = append(s.all, a)
	s.some.Store(int32(len(s.all)))
	return f, nil
}

// Strike returns a copy of the fault that strikes at this place now, and counts it; nil: none does.
func (s *Set) Strike(on On, at At) *Fault {
	if s == nil || s.some.Load() == 0 {
		return nil
	}
	return s.strike(on, at)
}

func (s *Set) strike(on On, at At) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(time.Now())
	for _, f := range s.all {
		if f.On == on && f.fits(at) && (*f.Probability == 1 || f.lots.Float64() < *f.Probability) {
			f.Struck++
			struck := f.Fault
			s.sweep(time.Now())
			return &struck
		}
	}
	return nil
}

// Cut is how long a client is still cut off.
func (s *Set) Cut(client string) (f Fault, rest time.Duration) {
	if s == nil || s.some.Load() == 0 {
		return Fault{}, 0
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	for _, a := range s.all {
		if left := a.until.Sub(now); a.Do == Cut && left > rest && a.fits(At{Client: client}) {
			f, rest = a.Fault, left
		}
	}
	return f, rest
}

// Hit counts that a fault has struck somebody whom its owner has found.
func (s *Set) Hit(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(id); i >= 0 {
		s.all[i].Struck++
	}
}

// Remove takes a fault back, and reports whether there was one of this id. What it has begun
// goes on: what is late stays late.
func (s *Set) Remove(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(id)
	if i < 0 {
		return false
	}
	s.all = slices.Delete(s.all, i, i+1)
	s.some.Store(int32(len(s.all)))
	return true
}

// Clear takes all faults back.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = nil
	s.some.Store(0)
}

// All are the faults that may still strike, the oldest first.
func (s *Set) All() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(time.Now())
	all := make([]Fault, len(s.all))
	for i, f := range s.all {
		all[i] = f.Fault
	}
	return all
}

func (s *Set) find(id int) int {
	return slices.IndexFunc(s.all, func(f *armed) bool { return f.ID == id })
}

// sweep removes what is over. The caller holds s.mu.
func (s *Set) sweep(now time.Time) {
	s.all = slices.DeleteFunc(s.all, func(f *armed) bool { return f.isOver(now) })
	s.some.Store(int32(len(s.all)))
}
