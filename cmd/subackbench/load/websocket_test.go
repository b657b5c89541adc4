package load

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// What goes out as frames comes back as frames, in the three forms of a length.
func TestSocket(t *testing.T) {
	upgrader := websocket.Upgrader{Subprotocols: []string{"mqtt"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		for {
			kind, b, err := c.ReadMessage()
			if err != nil {
				return
			}
			_ = c.WriteMessage(websocket.PingMessage, []byte("are you there"))
			_ = c.WriteMessage(kind, b)
		}
	}))
	defer server.Close()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s, err := upgrade(conn, "/mqtt")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 125, 126, 65535, 65536} {
		sent := bytes.Repeat([]byte{0xa5}, n)
		if _, err := s.Write(sent); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, n)
		if _, err := io.ReadFull(s, got); err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d bytes: got others, %v, want the same", n, err)
		}
	}
}

func TestUpgradeIsRefused(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := upgrade(conn, "/mqtt"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v, want 404 Not Found", err)
	}
}
