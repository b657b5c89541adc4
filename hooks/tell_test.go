package hooks

import (
	"fmt"
	"testing"

	"github.com/suback/suback/emulator/story"
)

// Services and rules are known once for all their messages, and who has a connection or a
// policy of its own for each: it leaves after it.
func TestAuthors(t *testing.T) {
	book := story.New(story.Options{})
	var a authors
	for _, tt := range []struct {
		name string
		by   story.Publisher
		once bool
	}{
		{"a service", story.Publisher{Kind: story.Service, By: "Device Shadow"}, false},
		{"a rule", story.Publisher{Kind: story.Rule, By: "alarm"}, false},
		{"AWS", story.Publisher{Kind: story.AWS}, false},
		{"a will", story.Publisher{Kind: story.Will, Client: "pump-7"}, true},
		{"HTTP", story.Publisher{Kind: story.HTTP, Protocol: "HTTP"}, true},
	} {
		id, once := a.id(book, tt.by)
		again, _ := a.id(book, tt.by)
		if once != tt.once || (again == id) == tt.once {
			t.Errorf("%s: got %v, %v then %v, want the same: %v", tt.name, once, id, again, !tt.once)
		}
	}
	for i := range 2 * maxAuthors {
		a.id(book, story.Publisher{Kind: story.Rule, By: fmt.Sprint(i)})
	}
	if n := len(a.ids); n != maxAuthors {
		t.Errorf("got %d authors, want %d", n, maxAuthors)
	}
}
