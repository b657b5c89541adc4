package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

// The form of the file. Who changes it changes format, so that an older program
// refuses it and does not misread it.
//
//	meta      "format" → format, "sum <bucket>" → of all records of the bucket, so
//	          that none can change or get lost unseen
//	<bucket>  key → value
//
// A sum has 8 bytes, the high one first. A bucket without a record may be there.
const format = "suback state 1"

var (
	bucketMeta = []byte("meta")
	keyFormat  = []byte("format")
)

const sumPrefix = "sum "

// write puts changes into a transaction, and says whether that changed anything.
func write(tx *bbolt.Tx, values map[place]func() []byte) (changed bool, err error) {
	w := writing{tx: tx}
	places := slices.AppendSeq(make([]place, 0, len(values)), maps.Keys(values))
	slices.SortFunc(places, place.compare)
	for _, at := range places {
		var value []byte
		if encode := values[at]; encode != nil {
			value = encode()
		}
		if err := w.put(at, value); err != nil {
			return false, err
		}
	}
	return w.changed, w.end()
}

func (p place) compare(other place) int {
	if p.bucket != other.bucket {
		return strings.Compare(p.bucket, other.bucket)
	}
	return strings.Compare(p.key, other.key)
}

// A writing puts records into one bucket after another.
type writing struct {
	tx      *bbolt.Tx
	name    string // of the bucket
	bucket  *bbolt.Bucket
	cursor  *bbolt.Cursor // of bucket
	sum     uint64        // of its records
	changed bool
}

// put sets a record, or deletes it if value is nil.
func (w *writing) put(at place, value []byte) error {
	if err := w.open(at.bucket); err != nil {
		return err
	}
	key := []byte(at.key)
	found, old := w.cursor.Seek(key)
	if !bytes.Equal(found, key) {
		old = nil
	}
	if (old == nil) == (value == nil) && bytes.Equal(old, value) {
		return nil
	}
	w.changed = true
	w.sum += digest(at.bucket, key, value) - digest(at.bucket, key, old)
	if value == nil {
		return w.cursor.Delete()
	}
	return w.bucket.Put(key, value)
}

func (w *writing) open(name string) error {
	if w.bucket != nil && w.name == name {
		return nil
	}
	err := w.end()
	if err == nil {
		w.name = name
		w.bucket, err = w.tx.CreateBucketIfNotExists([]byte(name))
	}
	if err == nil {
		w.cursor = w.bucket.Cursor()
		w.sum, err = sumOf(w.tx, name)
	}
	return err
}

// end notes the sum of the bucket.
func (w *writing) end() error {
	if w.bucket == nil {
		return nil
	}
	return w.tx.Bucket(bucketMeta).Put([]byte(sumPrefix+w.name), number(w.sum))
}

// sumOf is what the file says that the records of a bucket add up to; 0 if it says
// nothing.
func sumOf(tx *bbolt.Tx, name string) (uint64, error) {
	sum := tx.Bucket(bucketMeta).Get([]byte(sumPrefix + name))
	switch len(sum) {
	case 0:
		return 0, nil
	case 8:
		return binary.BigEndian.Uint64(sum), nil
	}
	return 0, fmt.Errorf("the sum of %s has %d bytes, want 8", name, len(sum))
}

// digest is what a record adds to the sum of its bucket; one that is not there adds
// nothing.
func digest(bucket string, key, value []byte) uint64 {
	if value == nil {
		return 0
	}
	var room [512]byte // for most
	text := append(room[:0], bucket...)
	text = binary.BigEndian.AppendUint64(text, uint64(len(key))) // so that nothing moves from key to value
	text = append(append(text, key...), value...)
	sum := sha256.Sum256(text)
	return binary.BigEndian.Uint64(sum[:])
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

var (
	errRecords = errors.New("its records are not those that were written")
	errGone    = errors.New("it is not there")
	errUnknown = errors.New("nobody wrote it")
)

// checkSums adds what is wrong with the records of a file, which has the present
// format, to what is wrong with its pages.
func (d *damage) checkSums(tx *bbolt.Tx) error {
	said := map[string]bool{}
	err := tx.Bucket(bucketMeta).ForEach(func(key, value []byte) error {
		name, isSum := strings.CutPrefix(string(key), sumPrefix)
		said[name] = isSum
		if !isSum && !bytes.Equal(key, keyFormat) || isSum && tx.Bucket([]byte(name)) == nil {
			d.add(name, errGone)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
		switch {
		case bytes.Equal(name, bucketMeta) || d.of[string(name)] != nil:
		case b == nil:
			d.add(string(name), errPage)
		case !said[string(name)]:
			d.add(string(name), errUnknown)
		default:
			d.check(tx, string(name), b)
		}
		return nil
	})
}

// check counts the records of a bucket if they have the sum that the file says.
func (d *damage) check(tx *bbolt.Tx, name string, b *bbolt.Bucket) {
	sum, records := uint64(0), 0
	err := b.ForEach(func(key, value []byte) error {
		if value == nil {
			return errUnknown // a bucket in a bucket
		}
		sum += digest(name, key, value)
		records++
		return nil
	})
	want, sumErr := sumOf(tx, name)
	if err = cmp.Or(err, sumErr); err == nil && sum != want {
		err = errRecords
	}
	if err != nil {
		d.add(name, err)
		return
	}
	d.whole[name] = records
}
