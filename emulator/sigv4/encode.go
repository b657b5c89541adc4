package sigv4

import (
	"encoding/hex"
	"strings"
)

// canonicalPath encodes a path that is escaped already.
func canonicalPath(escaped string) string {
	if escaped == "" {
		return "/"
	}
	return encode(escaped, "/")
}

// withoutDots resolves the . and .. of a path and drops empty segments, as most
// signers do.
func withoutDots(path string) string {
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
		}
	}
	clean := "/" + strings.Join(kept, "/")
	if strings.HasSuffix(path, "/") && len(kept) > 0 {
		clean += "/"
	}
	return clean
}

// encode percent-encodes all but the unreserved characters of RFC 3986 and
// those in also.
func encode(s, also string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if IsUnreserved(c) || strings.IndexByte(also, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + digits[c>>4:c>>4+1] + digits[c&15:c&15+1])
	}
	return b.String()
}

// IsUnreserved tells the characters of RFC 3986 that are never percent-encoded.
func IsUnreserved(c byte) bool {
	isLetter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	return isLetter || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// Decode undoes percent-encoding. A % that starts no escape, and +, stand for
// themselves.
func Decode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b.Write(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
