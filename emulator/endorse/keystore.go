package endorse

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/cause"
)

// The store of public keys, a bucket that everybody may read
//
//   - GET /soracom-public-keys/<kid>: PEM
//   - a key that does not exist: 403 AccessDenied, S3's answer to those who may not
//     list the bucket [A-294: 403 or 404]

const bucket = "soracom-public-keys"

func (s *Service) keystore(w http.ResponseWriter, r *http.Request) *refusal {
	name, kid, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if name != bucket {
		return &refusal{status: http.StatusNotFound, code: "NoSuchBucket",
			message: "The specified bucket does not exist",
			Cause: cause.Cause{Reason: "CLIENT_ERROR",
				Detail: "the bucket is " + strconv.Quote(name) + ", want " + bucket,
				Rules:  []string{"A-294"},
				Hint:   "ask for /" + bucket + "/<kid>, the kid from the token's header"}}
	}
	if no := methods(r, "", http.MethodGet, http.MethodHead); no != nil {
		return no
	}
	if kid != s.key().kid {
		return &refusal{status: http.StatusForbidden, code: "AccessDenied", message: "Access Denied",
			Cause: cause.Cause{Reason: "KEY_UNKNOWN",
				Detail: "the key " + strconv.Quote(kid) + " is not in the store, want " + s.key().kid,
				Hint: "the key is named by kid in the token's header; a token of another run needs the same state " +
					"directory",
				Rules: []string{"A-294"}}}
	}
	w.Header().Set("Content-Type", "binary/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(s.key().public)))
	_, _ = w.Write(s.key().public)
	return nil
}
