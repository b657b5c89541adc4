package neighbour

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/aws/smithy-go/encoding/httpbinding"
)

// A Request is one operation of a service, as it goes over the wire.
type Request struct {
	Service   string // one of Names
	Operation string // as "SendMessage"
	method    string
	path      string // escaped, from a slash on
	header    http.Header
	body      []byte
	err       error
}

// JSON is an operation of a service that speaks AWS JSON.
func JSON(service, operation string, input any) Request {
	s := services()[service]
	r := post(service, operation)
	r.header.Set("Content-Type", "application/x-amz-json-"+s.version)
	r.header.Set("X-Amz-Target", s.target+"."+operation)
	r.body, r.err = json.Marshal(input)
	return r
}

// Form is an operation of a service that speaks AWS Query, of that version of its API.
func Form(service, operation, version string, form url.Values) Request {
	form.Set("Action", operation)
	form.Set("Version", version)
	r := post(service, operation)
	r.header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.body = []byte(form.Encode())
	return r
}

func post(service, operation string) Request {
	return Request{Service: service, Operation: operation, method: http.MethodPost, path: "/",
		header: http.Header{}}
}

// REST is an operation of a service that has methods and paths: path is escaped, with its
// query. input becomes JSON; nil is none.
func REST(service, operation, method, path string, header http.Header, input any) Request {
	r := Request{Service: service, Operation: operation, method: method, path: path, header: header}
	if input != nil {
		r.header = header.Clone()
		if r.header == nil {
			r.header = http.Header{}
		}
		r.header.Set("Content-Type", "application/json")
		r.body, r.err = json.Marshal(input)
	}
	return r
}

// PutObject is S3's. The bucket stands in the path, so that no name leads elsewhere.
func PutObject(bucket, key string, header http.Header, body []byte) Request {
	return Request{Service: "s3", Operation: "PutObject", method: http.MethodPut, header: header, body: body,
		path: "/" + httpbinding.EscapePath(bucket, true) + "/" + httpbinding.EscapePath(key, false)}
}
