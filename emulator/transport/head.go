package transport

import (
	"bytes"
	"strconv"
	"strings"
)

// A rawHead is an HTTP request up to the empty line.
type rawHead struct {
	request string // the first line
	fields  []Field
	body    int64 // bytes that follow; -1: not known
}

// headEnd returns the index after the empty line that ends a head, or -1. The
// first seen bytes were looked at before. Empty lines in front of a request are
// skipped, as net/http does.
func headEnd(b []byte, seen int) int {
	start := len(b) - len(bytes.TrimLeft(b, "\r\n"))
	for i := max(start, seen-3); i < len(b); i++ {
		if b[i] != '\n' {
			continue
		}
		switch rest := b[i+1:]; {
		case bytes.HasPrefix(rest, []byte("\n")):
			return i + 2
		case bytes.HasPrefix(rest, []byte("\r\n")):
			return i + 3
		}
	}
	return -1
}

// parseHead splits a complete head. It does not judge: net/http refuses what is
// malformed before anyone asks for the fields.
func parseHead(b []byte) rawHead {
	lines := strings.Split(strings.TrimLeft(string(b), "\r\n"), "\n")
	h := rawHead{request: strings.TrimSuffix(lines[0], "\r")}
	for _, line := range lines[1:] {
		line = strings.TrimSuffix(line, "\r")
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			h.fold(line)
			continue
		}
		if name, value, ok := strings.Cut(line, ":"); ok {
			h.fields = append(h.fields, Field{name, strings.Trim(value, " \t")})
		}
	}
	for i := range h.fields { // empty lines folded onto a value leave white space
		h.fields[i].Value = strings.TrimRight(h.fields[i].Value, " \t")
	}
	h.body = h.bodyLength()
	return h
}

// fold continues the value of the line before.
func (h *rawHead) fold(line string) {
	if n := len(h.fields); n > 0 {
		v := &h.fields[n-1].Value
		*v = strings.TrimLeft(*v+" "+strings.Trim(line, " \t"), " \t")
	}
}

func (h *rawHead) bodyLength() int64 {
	var length int64
	for _, f := range h.fields {
		switch strings.ToLower(f.Name) {
		case "transfer-encoding":
			return -1
		case "content-length":
			n, err := strconv.ParseInt(f.Value, 10, 64)
			if err != nil || n < 0 {
				return -1
			}
			length = n
		}
	}
	return length
}
