package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"go.etcd.io/bbolt"
)

// The pages of a bbolt file
//
//   - bbolt believes what is in a page: a byte that has changed makes it read beyond
//     the file, or go round in circles until there is no memory left
//   - so all pages are looked at before: each is used once or free, each element
//     lies within its page, keys are in order
//   - of the two heads, the pages 0 and 1, the newer one counts; if one is damaged
//     bbolt takes the other, which may be one transaction older
//
// A page begins with its number, flags, count of elements and how many pages
// follow that belong to it, in the byte order of the machine:
//
//	branch  (position, length of the key, page)
//	leaf    (flags, position, length of the key, length of the value)
//
// Positions count from the element. A value with flag 1 is a bucket: the number of
// its root page, a sequence, and without a root page the page itself.
const (
	pageHead    = 16
	pageElement = 16
	branchPage  = 1
	leafPage    = 2
)

// A pageCheck is one look at all pages. tx knows which are free.
type pageCheck struct {
	tx   *bbolt.Tx
	file io.ReaderAt
	size uint64 // of a page
	seen []bool

	*damage // by bucket
}

// checkPages returns what is wrong with the pages of each bucket. The error is what
// is wrong with those of none.
func checkPages(tx *bbolt.Tx, file *os.File) (*damage, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	c := &pageCheck{tx: tx, file: file, size: uint64(tx.DB().Info().PageSize), damage: newDamage()}
	if tx.Size() > info.Size() {
		return nil, fmt.Errorf("it has %d bytes, want at least %d", info.Size(), tx.Size())
	}
	c.seen = make([]bool, uint64(tx.Size())/c.size)
	c.seen[0], c.seen[1] = true, true
	err = c.tree(uint64(tx.Cursor().Bucket().Root()), nil, nil)
	if err == nil && len(c.of) == 0 { // of one that is damaged not all pages are known
		err = c.rest()
	}
	return c.damage, err
}

// tree checks a page and all below it. Keys are not before from, and before to if
// there is one.
func (c *pageCheck) tree(id uint64, from, to []byte) error {
	page, err := c.read(id)
	if err == nil {
		err = c.elements(page, from, to)
	}
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

var errPage = errors.New("is not as bbolt writes it")

// read returns a page with those that belong to it, which nobody else may use.
func (c *pageCheck) read(id uint64) ([]byte, error) {
	if id >= uint64(len(c.seen)) {
		return nil, fmt.Errorf("is beyond the %d pages there are", len(c.seen))
	}
	var head [pageHead]byte
	if _, err := c.file.ReadAt(head[:], int64(id*c.size)); err != nil {
		return nil, err
	}
	pages := 1 + uint64(binary.NativeEndian.Uint32(head[12:]))
	if binary.NativeEndian.Uint64(head[:]) != id || id+pages > uint64(len(c.seen)) {
		return nil, errPage
	}
	for at := id; at < id+pages; at++ {
		if c.seen[at] || c.free(at) {
			return nil, fmt.Errorf("takes page %d, which is another's", at)
		}
		c.seen[at] = true
	}
	page := make([]byte, pages*c.size)
	_, err := c.file.ReadAt(page, int64(id*c.size))
	return page, err
}

func (c *pageCheck) free(id uint64) bool {
	info, err := c.tx.Page(int(id))
	return err == nil && info != nil && info.Type == "free"
}

// elements checks what is in a page.
func (c *pageCheck) elements(page, from, to []byte) error {
	if len(page) < pageHead {
		return errPage
	}
	flags, count := binary.NativeEndian.Uint16(page[8:]), int(binary.NativeEndian.Uint16(page[10:]))
	known := flags == leafPage || flags == branchPage && count > 0
	if !known || len(page) < pageHead+count*pageElement {
		return errPage
	}
	for i := range count {
		e, err := elementAt(page, i, flags)
		if err != nil {
			return err
		}
		order := bytes.Compare(from, e.key)
		if order > 0 || order == 0 && i > 0 || to != nil && bytes.Compare(e.key, to) >= 0 {
			return errors.New("its keys are not in order")
		}
		from = e.key
		if err := c.below(page, i, flags, e, to); err != nil {
			return err
		}
	}
	return nil
}

// below checks what an element leads to.
func (c *pageCheck) below(page []byte, i int, flags uint16, e element, to []byte) error {
	switch {
	case flags == branchPage:
		if next, err := elementAt(page, i+1, flags); err == nil {
			to = next.key
		}
		return c.tree(e.child, e.key, to)
	case !e.bucket:
		return nil
	case len(e.value) < pageHead:
		return errPage
	}
	if err := c.bucket(e.value); err != nil {
		c.add(string(e.key), err)
	}
	return nil
}

// bucket checks what is in a bucket.
func (c *pageCheck) bucket(value []byte) error {
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return c.tree(root, nil, nil)
	}
	return c.elements(value[pageHead:], nil, nil)
}

// An element of a branch has a child, one of a leaf a value.
type element struct {
	key, value []byte
	child      uint64
	bucket     bool
}

// elementAt returns an element that lies within its page.
func elementAt(page []byte, i int, flags uint16) (e element, err error) {
	if i >= int(binary.NativeEndian.Uint16(page[10:])) {
		return e, errPage
	}
	from := page[pageHead+i*pageElement:]
	number := func(at int) uint64 { return uint64(binary.NativeEndian.Uint32(from[at:])) }
	position, key, value := number(0), number(4), uint64(0)
	if flags == leafPage {
		e.bucket = number(0)&1 != 0
		position, key, value = number(4), number(8), number(12)
	} else {
		e.child = binary.NativeEndian.Uint64(from[8:])
	}
	if position+key+value > uint64(len(from)) {
		return e, errPage
	}
	e.key = from[position : position+key : position+key]
	e.value = from[position+key : position+key+value]
	return e, nil
}

// rest wants all other pages to be free, or the list of those that are.
func (c *pageCheck) rest() error {
	for id := uint64(2); id < uint64(len(c.seen)); id++ {
		if c.seen[id] || c.free(id) {
			continue
		}
		info, err := c.tx.Page(int(id))
		if err != nil || info.Type != "freelist" {
			return fmt.Errorf("page %d: %w", id, errPage)
		}
		id += uint64(info.OverflowCount)
	}
	return nil
}

// headIsDamaged says whether one of the two heads does not count.
func headIsDamaged(file io.ReaderAt, pageSize int) bool {
	const length, sum = 64, 56 // of a head, and where its sum is
	for id := range 2 {
		var head [length]byte
		if _, err := file.ReadAt(head[:], int64(id*pageSize+pageHead)); err != nil {
			return true
		}
		h := fnv.New64a()
		h.Write(head[:sum])
		if h.Sum64() != binary.NativeEndian.Uint64(head[sum:]) {
			return true
		}
	}
	return false
}
