package transport

import (
	"fmt"
	"net/url"
	"strings"
)

// advice says what to change of a request that net/http refused without a word about why; h is its
// head, nil if that has not come to its end.
func (h *rawHead) advice() string {
	const general = "want HTTP/1.1 with one Host header"
	if h == nil {
		return general
	}
	line := strings.Split(h.request, " ")
	if len(line) != 3 {
		return fmt.Sprintf("the request line has %d words, want three, as GET /path HTTP/1.1: write a space in a path as %%20",
			len(line))
	}
	path, _, _ := strings.Cut(line[1], "?")
	if _, err := url.PathUnescape(path); err != nil {
		return fmt.Sprintf("percent-encode the path: it has %v, and a %% itself is %%25", err)
	}
	for _, f := range h.fields {
		switch {
		case strings.ContainsAny(f.Name, " \t"):
			return fmt.Sprintf("the name of the header %q has white space in it: take it out", clipped(f.Name))
		case strings.EqualFold(f.Name, "Transfer-Encoding") && !strings.EqualFold(f.Value, "chunked"):
			return "the header Transfer-Encoding may say chunked alone: send Content-Length instead"
		}
	}
	for _, name := range []string{"Host", "Content-Length"} {
		if n := h.count(name); n > 1 {
			return fmt.Sprintf("send one %s header, there are %d", name, n)
		}
	}
	return general
}

func (h *rawHead) count(name string) (n int) {
	for _, f := range h.fields {
		if strings.EqualFold(f.Name, name) {
			n++
		}
	}
	return n
}

// clipped is the beginning of what a client sent.
func clipped(text string) string { return text[:min(len(text), 40)] }
