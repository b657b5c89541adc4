package transport

import "strings"

// maxPath is how much of a path is shown, in bytes.
const maxPath = 48

// ShownPath is a path as logs and traces may show it. What looks like a query is
// left out, and the rest of a long path: a client that forgets the ?, or
// percent-encodes it, has its session token and signature there.
func ShownPath(path string) string {
	end := min(len(path), maxPath)
	if i := strings.IndexAny(path, "?&=;"); i >= 0 {
		end = min(end, i)
	}
	for _, mark := range []string{"%3f", "%26", "%3d", "%3b"} {
		if i := strings.Index(strings.ToLower(path[:end]), mark); i >= 0 {
			end = i
		}
	}
	if end == len(path) {
		return path
	}
	return strings.ToValidUTF8(path[:end], "") + "…"
}

func refusedPath(path string) Problem {
	hint := "the path is /mqtt"
	if ShownPath(path) != path {
		hint += "; a query begins with a ?, which is sent as it is"
	}
	return refusedUpgrade("path "+ShownPath(path), hint, "A-37", "A-38")
}
