package session

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Whatever happens, in whatever order: what a room counts is what there is.
func TestRoomCounts(t *testing.T) {
	for _, inFile := range []bool{false, true} {
		for seed := range uint64(8) {
			t.Run(fmt.Sprintf("file %v, seed %d", inFile, seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { newTraffic(t, seed, inFile).run(400) })
			})
		}
	}
}

// traffic is at random, one thing after the other.
type traffic struct {
	t       *testing.T
	rand    *rand.Rand
	all     *Sessions
	file    string // "" in memory
	devices map[string]*device
}

func newTraffic(t *testing.T, seed uint64, inFile bool) *traffic {
	tr := &traffic{t: t, rand: rand.New(rand.NewPCG(3, seed)), devices: make(map[string]*device)}
	if inFile {
		tr.file = filepath.Join(t.TempDir(), "sessions.db")
	}
	tr.open()
	return tr
}

func (tr *traffic) open() {
	o := Options{ReplayPerSecond: 10, Room: NewRoom(Bounds{Bytes: 100 << 10, Absent: 6})}
	if tr.file != "" {
		o.Kept = openFile(tr.t, tr.file).Part("")
	}
	var err error
	if tr.all, err = Open(o); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *traffic) run(steps int) {
	for range steps {
		tr.step()
		synctest.Wait()
		if audit(tr.t, tr.all.room); tr.t.Failed() {
			return
		}
	}
	for id, d := range tr.devices {
		d.Detach(0)
		delete(tr.devices, id)
	}
	_ = tr.all.Clear()
	wantEmpty(tr.t, tr.all)
	room := tr.all.room
	_ = tr.all.Close()
	wantNothingHeld(tr.t, room)
	if tr.file != "" {
		_ = tr.all.store.kept.Store().Close()
	}
}

func (tr *traffic) step() {
	id := fmt.Sprint("pump-", tr.rand.IntN(10))
	d := tr.devices[id]
	switch n := tr.rand.IntN(40); {
	case n < 20:
		tr.publish()
	case n == 20:
		tr.restart()
	case n == 21:
		tr.all.Advance(time.Duration(tr.rand.IntN(90)) * time.Second)
	case n == 22:
		time.Sleep(time.Duration(tr.rand.IntN(60)) * time.Second)
	case n == 23:
		_ = tr.all.Discard(id)
	case d == nil:
		tr.connect(id)
	case n < 28:
		d.Detach(time.Duration(tr.rand.IntN(4)) * time.Hour)
		delete(tr.devices, id)
	case n < 32:
		filters := []string{"a/+", "a/#", "a/1", "$share/g/a/+", "$share/h/a/#"}
		filter := filters[tr.rand.IntN(len(filters))]
		if tr.rand.IntN(4) == 0 {
			_ = d.Unsubscribe([]string{filter})
			return
		}
		d.subscribe(Subscription{Filter: filter, QoS: byte(tr.rand.IntN(3) % 2), Retained: Always})
	case n == 32:
		d.link.Direct = func(*Message) error { return nil }
		_, _ = d.Send(&Message{Topic: "direct", QoS: byte(tr.rand.IntN(2))})
	default:
		for _, pk := range d.packets() {
			if pk.FixedHeader.Qos == 1 && tr.rand.IntN(3) > 0 {
				d.Acknowledge(pk.PacketID)
			}
		}
	}
}

func (tr *traffic) connect(id string) {
	clean := tr.rand.IntN(5) == 0
	d := newDevice(tr.t, tr.all, id, Terms{Version: 5, Clean: clean, Expiry: time.Duration(tr.rand.IntN(3)) * time.Hour})
	d.link.Window = 1 + tr.rand.IntN(8)
	d.link.Direct = func(*Message) error { return nil }
	d.refuses = func(topic string) bool { return topic == "a/3" }
	if tr.rand.IntN(4) == 0 {
		d.link.MaxPacket = 2000
	}
	d.Attach(d.link)
	tr.devices[id] = d
}

func (tr *traffic) publish() {
	m := &Message{Topic: fmt.Sprint("a/", tr.rand.IntN(5)), QoS: byte(tr.rand.IntN(4) % 3 % 2), Retain: tr.rand.IntN(4) == 0}
	if tr.rand.IntN(5) > 0 {
		m.Payload = make([]byte, tr.rand.IntN(8<<10))
	}
	if tr.rand.IntN(4) == 0 {
		m.Expires = time.Now().Add(time.Duration(tr.rand.IntN(90)) * time.Second)
	}
	if tr.rand.IntN(4) == 0 {
		m.Properties = &packets.Properties{ContentType: "text/plain", User: []packets.UserProperty{{Key: "k", Val: "v"}}}
	}
	if m.Retain {
		if _, ok := tr.all.MayRetain(m); !ok {
			return
		}
		tr.all.Retain(m)
	}
	tr.all.Publish(m)
}

// restart is a crash or an orderly end, or a reset if everything is in memory.
func (tr *traffic) restart() {
	crash := tr.rand.IntN(2) == 0
	if tr.file != "" && crash {
		tr.file = snapshot(tr.t, tr.all)
	}
	for id, d := range tr.devices {
		d.Detach(time.Hour)
		delete(tr.devices, id)
	}
	if tr.file == "" {
		_ = tr.all.Clear()
		wantEmpty(tr.t, tr.all)
		return
	}
	room := tr.all.room
	if err := closeBoth(tr.all); err != nil {
		tr.t.Fatal(err)
	}
	wantNothingHeld(tr.t, room)
	tr.open()
}
