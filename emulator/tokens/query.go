package tokens

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The query protocol
//
//   - parameters are a form, in the body or the query; lists are Name.member.1
//     and on
//   - answers are XML in the service's namespace
//   - errors are an ErrorResponse; the members, indentation and line end as seen
//     in SDK logs

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// readQuery returns the parameters of a request.
func readQuery(rawQuery string, body []byte) (url.Values, error) {
	text := rawQuery
	if len(body) > 0 {
		text = strings.Trim(rawQuery+"&"+string(body), "&")
	}
	form, err := url.ParseQuery(text)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "MalformedQueryString",
			"The query string contains a syntax error.")
	}
	return form, nil
}

// members returns the list called name; suffix is ".arn" for a list of
// structures. It ends at the first number that is missing.
func members(form url.Values, name, suffix string) []string {
	var list []string
	for {
		item := form.Get(name + ".member." + strconv.Itoa(len(list)+1) + suffix)
		if item == "" {
			return list
		}
		list = append(list, item)
	}
}

// An xmlResponse is what a successful call is answered with.
type xmlResponse struct {
	XMLName   xml.Name
	Result    any
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type xmlError struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func writeXML(w http.ResponseWriter, c *call, o outcome) {
	status, document := http.StatusOK, any(xmlResponse{
		XMLName: xml.Name{Space: stsNamespace, Local: strings.TrimPrefix(c.action, "sts:") + "Response"},
		Result:  o.result, RequestID: c.id,
	})
	if r := o.refusal; r != nil {
		fault := "Sender"
		if r.status >= http.StatusInternalServerError {
			fault = "Receiver"
		}
		status, document = r.status, xmlError{Type: fault, Code: r.Reason, Message: r.message, RequestID: c.id}
	}
	body, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		status, body = http.StatusInternalServerError, nil // no member can fail
	}
	h := w.Header()
	h["x-amzn-RequestId"] = []string{c.id}
	h.Set("Content-Type", "text/xml")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
