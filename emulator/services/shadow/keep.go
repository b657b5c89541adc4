package shadow

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/store"
)

// What is kept [S-91]
//
//	shadows  <thing> or <thing>/<name> → {"version":n,"timestamp":t,"state":{…},"metadata":{…}}
//	         of a deletion               {"version":n,"deleted":t}
//
// A change is noted while its shadow has its turn, and nobody hears of it before it is
// written. What cannot be written is as before, in memory and in the file.

const bucket = "shadows"

// note notes an entry, with nil that there is none. The caller holds mu.
func (s *Shadows) note(id ID, e *entry) {
	if s.kept == nil {
		return
	}
	c := store.Change{Bucket: bucket, Key: id.String()}
	if e != nil {
		c.Value = e.encode
	}
	s.kept.Note(c)
}

func (e *entry) encode() []byte {
	if e.document != "" {
		return []byte(e.document)
	}
	b := strconv.AppendInt([]byte(`{"version":`), e.version, 10)
	return append(strconv.AppendInt(append(b, `,"deleted":`...), e.deleted, 10), '}')
}

// change puts an entry in the place of another and waits until it is written. The caller
// has the shadow's turn.
func (s *Shadows) change(id ID, old, e *entry) *Refusal {
	if !s.put(id, e) {
		used, most := s.room.Bytes()
		return failure(fmt.Sprintf("there is no room for more shadows: all take %d of %d bytes", used, most),
			"delete shadows that are not needed, or raise --max-shadows; AWS has no such bound")
	}
	if err := s.kept.Wait(); err != nil {
		s.put(id, old)
		return failure("the shadow could not be kept: "+err.Error(),
			"look at the program's log, which says what failed", "S-91")
	}
	return nil
}

// load reads what is kept.
func (s *Shadows) load() error {
	now := s.seconds()
	return s.kept.Read(func(r store.Reader) error {
		return r.Each(bucket, func(key, value []byte) error {
			thing, name, _ := strings.Cut(string(key), "/")
			id := ID{thing, name}
			e, err := decodeEntry(value)
			if err != nil {
				return fmt.Errorf("the shadow %s: %w", id, err)
			}
			if e.document == "" && now-e.deleted > remembered {
				s.note(id, nil)
				return nil
			}
			s.restore(id, e)
			return nil
		})
	})
}

// restore takes an entry as it was kept, be there room or not.
func (s *Shadows) restore(id ID, e *entry) {
	if s.all[id.Thing] == nil {
		s.all[id.Thing] = make(map[string]*entry)
	}
	s.all[id.Thing][id.Name] = e
	if e.document == "" {
		s.gone++
	}
	if s.room != nil {
		s.room.used.Add(int64(e.bytes(id)))
	}
}

func decodeEntry(kept []byte) (*entry, error) {
	on := new(desk)
	root, err := on.parse(kept, 0)
	if err != nil {
		return nil, err
	}
	if root.member("deleted") == nil {
		d, err := documentOf(root)
		if err != nil {
			return nil, err
		}
		return &entry{document: d.encode(on), version: d.version}, nil
	}
	e := &entry{}
	if e.version, err = wholeNumber(root, "version"); err == nil {
		e.deleted, err = wholeNumber(root, "deleted")
	}
	return e, err
}
