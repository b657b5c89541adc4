package transport

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

var errTest = errors.New("ended by the test")

// held hands each connection to the test and lets the engine go on when the
// test says so.
func held(t *testing.T, o Options) (*stand, chan *Conn, chan struct{}) {
	conns, release := make(chan *Conn), make(chan struct{})
	s := start(t, o, func(c *Conn) error {
		conns <- c
		<-release
		return c.Cause()
	})
	return s, conns, release
}

// End sends what is buffered, then the last bytes, and nothing after.
func TestEnd(t *testing.T) {
	s, conns, release := held(t, Options{Name: "mqtt"})
	defer close(release)
	c := s.tcp()
	c.send("x")
	conn := <-conns
	write(t, conn, "before ")
	conn.End([]byte("last"), errTest)
	conn.End([]byte("too late"), errors.New("other"))
	if _, err := conn.Write([]byte("after")); err != errTest {
		t.Errorf("Write after End: got %v, want %v", err, errTest)
	}
	if got := c.receive(11); got != "before last" {
		t.Errorf("got %q, want %q", got, "before last")
	}
	if got := conn.Cause(); got != errTest {
		t.Errorf("Cause: got %v, want that of the first End", got)
	}
	if err := conn.SetReadDeadline(time.Now().Add(time.Hour)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("SetReadDeadline after End: got %v, want %v: it would block Read again", err, net.ErrClosed)
	}
}

// Broker.Ended may still say good-bye on a connection the engine has closed
// [M-10]; nobody may later.
func TestEndInEnded(t *testing.T) {
	var over *Conn
	s := start(t, Options{Name: "mqtts"}, func(c *Conn) error {
		over = c
		write(t, c, "acknowledged ")
		return c.Close()
	})
	s.o.Broker = always(Broker{Ended: func(c *Conn, err error) {
		c.End([]byte("last"), errTest)
		s.ended <- ending{c, err}
	}})
	c := s.open()
	c.send("x")
	if got := c.rest(); got != "acknowledged last" {
		t.Errorf("got %q, want %q", got, "acknowledged last")
	}
	s.end()
	over.End([]byte("too late"), errors.New("other"))
	if got := over.Cause(); got != errTest {
		t.Errorf("Cause: got %v, want %v", got, errTest)
	}
}

// End and Close unblock a waiting Read, whatever carries the connection.
func TestEndUnblocksRead(t *testing.T) {
	tests := []struct {
		name string
		end  func(*Conn)
		want error
	}{
		{"End", func(c *Conn) { c.End(nil, errTest) }, errTest},
		{"Close", func(c *Conn) { c.Close() }, net.ErrClosed},
	}
	for _, listener := range []string{"mqtt", "mqtts", "http", "https"} {
		for _, tt := range tests {
			t.Run(listener+"/"+tt.name, func(t *testing.T) {
				conns := make(chan *Conn, 1)
				s := start(t, Options{Name: listener}, func(c *Conn) error {
					conns <- c
					_, err := io.Copy(io.Discard, c)
					return err
				})
				c := s.open()
				if listener == "http" || listener == "https" {
					c.websocket("/mqtt")
				} else {
					c.send("x")
				}
				tt.end(<-conns)
				if e := s.end(); e.err != tt.want {
					t.Errorf("Read: got %v, want %v", e.err, tt.want)
				}
			})
		}
	}
}

func TestCause(t *testing.T) {
	tests := []struct {
		name string
		act  func(*testing.T, *Conn, *client)
		want error
	}{
		{"none", func(*testing.T, *Conn, *client) {}, nil},
		{"closed by the engine", func(_ *testing.T, c *Conn, _ *client) { c.Close() }, nil},
		{"ended", func(_ *testing.T, c *Conn, _ *client) { c.End(nil, errTest) }, errTest},
		{"closed, then ended", func(_ *testing.T, c *Conn, _ *client) { c.Close(); c.End(nil, errTest) }, errTest},
		{"client gone", func(t *testing.T, c *Conn, peer *client) { peer.Close(); readEnd(t, c) }, io.EOF},
		{"client gone, then ended", func(t *testing.T, c *Conn, peer *client) {
			peer.Close()
			readEnd(t, c)
			c.End(nil, errTest)
		}, io.EOF},
		{"keep alive", func(t *testing.T, c *Conn, _ *client) {
			_ = c.SetDeadline(time.Now())
			readEnd(t, c)
		}, os.ErrDeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, conns, release := held(t, Options{Name: "mqtt"})
			defer close(release)
			peer := s.tcp()
			peer.send("x")
			c := <-conns
			tt.act(t, c, peer)
			if got := c.Cause(); !errors.Is(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func readEnd(t *testing.T, c *Conn) {
	t.Helper()
	if _, err := io.Copy(io.Discard, readerOnly{c}); err != nil && c.Cause() == nil {
		t.Fatal(err)
	}
}

type readerOnly struct{ io.Reader }

// Ended comes before Done, and both before the goroutine of the connection
// ends; Ended comes once.
func TestDone(t *testing.T) {
	s, conns, release := held(t, Options{Name: "mqtt"})
	s.tcp().send("x")
	c := <-conns
	select {
	case <-c.Done():
		t.Fatal("done while the engine works")
	default:
	}
	close(release)
	select {
	case <-c.Done():
	case <-time.After(patience):
		t.Fatal("never done")
	}
	select {
	case e := <-s.ended:
		if e.c != c {
			t.Error("Ended got another connection")
		}
	default:
		t.Error("done before Ended returned")
	}
}

// The engine's deadline replaces ConnectTimeout, and does not concern writes
// [M-3].
func TestDeadline(t *testing.T) {
	s, conns, release := held(t, Options{Name: "mqtt", ConnectTimeout: time.Hour})
	defer close(release)
	peer := s.tcp()
	peer.send("x")
	c := <-conns
	_ = c.SetDeadline(time.Now().Add(-time.Second))
	_ = c.SetWriteDeadline(time.Now().Add(-time.Second))
	write(t, c, "still")
	if got := peer.receive(5); got != "still" {
		t.Errorf("got %q, want %q (M-3)", got, "still")
	}
	_ = c.SetDeadline(time.Time{})
	buf := make([]byte, 8)
	if n, err := c.Read(buf); err != nil || n != 1 {
		t.Errorf("Read without deadline: got %d, %v", n, err)
	}
}

// Anyone may End and Write at any time; run with -race.
func TestConcurrentUse(t *testing.T) {
	for range 20 {
		s, conns, release := held(t, Options{Name: "mqtt"})
		peer := s.tcp()
		peer.send("x")
		c := <-conns
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 100 {
					_, _ = c.Write([]byte("0123456789"))
				}
				c.End([]byte("9"), errTest)
				_ = c.SetDeadline(time.Now().Add(time.Hour))
				_ = c.Close()
				_ = c.Cause()
			})
		}
		wg.Wait()
		close(release)
		if got := peer.rest(); len(got) < 1001 || len(got)%10 != 1 {
			t.Errorf("got %d bytes, want whole writes and one last byte", len(got))
		}
	}
}

func write(t *testing.T, c *Conn, text string) {
	t.Helper()
	if n, err := c.Write([]byte(text)); err != nil || n != len(text) {
		t.Fatalf("Write: got %d, %v, want %d", n, err, len(text))
	}
}

// [B-740] The first bytes are kept, however they come.
func TestFirst(t *testing.T) {
	s := start(t, Options{Name: "mqtt"}, nil)
	const sent = "\x10 the first bytes and more"
	for _, step := range []int{1, 7, len(sent)} {
		c := s.tcp()
		for part := range slices.Chunk([]byte(sent), step) {
			c.send(string(part))
		}
		c.receive(len(sent))
		_ = c.Close()
		if got := string(s.end().c.First()); got != sent[:16] {
			t.Errorf("%d bytes at a time: got %q, want %q", step, got, sent[:16])
		}
	}
}

// Broker.Reader stands before the engine, whatever carries the bytes: the engine
// reads what it passes on, its error ends the connection, and First is what came
// [B-740, H-12].
func TestReader(t *testing.T) {
	for _, listener := range []string{"mqtt", "mqtts", "http", "https"} {
		t.Run(listener, func(t *testing.T) {
			passed := make(chan string, 1)
			s := start(t, Options{Name: listener, Broker: always(Broker{Reader: func(r io.Reader) io.Reader {
				return io.MultiReader(io.LimitReader(r, 6), iotest.ErrReader(errTest))
			}})}, func(c *Conn) error {
				b, err := io.ReadAll(c)
				passed <- string(b)
				return err
			})
			const sent = "\x10 the first bytes"
			c := s.open()
			if listener == "http" || listener == "https" {
				c.websocket("/mqtt")
				c.send(masked(0x82, sent))
			} else {
				c.send(sent)
			}
			e := s.end()
			if got := <-passed; got != sent[:6] || e.c.Last() != sent[5] {
				t.Errorf("the engine read %q, the last is %q, want %q", got, e.c.Last(), sent[:6])
			}
			if e.err != errTest || e.c.Cause() != errTest {
				t.Errorf("got %v, cause %v, want %v", e.err, e.c.Cause(), errTest)
			}
			if got := string(e.c.First()); !strings.HasPrefix(sent, got) || len(got) < 6 {
				t.Errorf("First: got %q, want the beginning of %q", got, sent)
			}
		})
	}
}
