package store

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// Older forms of the file, which are taken over
//
//   - "suback sessions 3" has one sum for all records, and the clock among what is
//     said of the file; "suback sessions 2" has no sum
//   - nothing but what is new is written, in one transaction

const (
	formatOfSessions = "suback sessions 3"
	formatWithoutSum = "suback sessions 2"
)

// olderBuckets are the buckets of the older forms, in the order they were read.
var olderBuckets = []string{"sessions", "groups", "queues", "messages", "retained", "numbers"}

// checkOlder wants the records to have the sum that the file says.
func checkOlder(tx *bbolt.Tx) error {
	sum := uint64(0)
	for _, name := range olderBuckets {
		b := tx.Bucket([]byte(name))
		if b == nil {
			return fmt.Errorf("%s: not there", name)
		}
		if err := b.ForEach(func(key, value []byte) error {
			sum += digest(name, key, value)
			return nil
		}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if said := tx.Bucket(bucketMeta).Get([]byte("sum")); string(said) != string(number(sum)) {
		return errRecords
	}
	return nil
}

// takeOver gives a file of an older form, or one without content, the present form.
func takeOver(tx *bbolt.Tx) error {
	meta, err := tx.CreateBucketIfNotExists(bucketMeta)
	if err != nil {
		return err
	}
	for _, name := range olderBuckets {
		if b := tx.Bucket([]byte(name)); b != nil {
			sum := uint64(0)
			err := b.ForEach(func(key, value []byte) error {
				sum += digest(name, key, value)
				return nil
			})
			if err = errors.Join(err, meta.Put([]byte(sumPrefix+name), number(sum))); err != nil {
				return err
			}
		}
	}
	if ahead := meta.Get([]byte("ahead")); ahead != nil {
		value := append([]byte(nil), ahead...)
		clock := map[place]func() []byte{{"clock", "ahead"}: Bytes(value)}
		if _, err := write(tx, clock); err != nil {
			return err
		}
	}
	return errors.Join(
		meta.Delete([]byte("ahead")), meta.Delete([]byte("sum")), meta.Put(keyFormat, []byte(format)))
}
