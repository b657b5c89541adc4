package rules

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/suback/suback/emulator/neighbour"
)

// sns
//
//   - the message is the result, RAW; as JSON it is an object with a text for each kind of
//     subscriber, of which default is needed
//   - no FIFO topics

func (x *run) publishSNS(v values) (done, error) {
	target := v.text("targetArn")
	d := done{resource: target, log: map[string]string{"TargetArn": target}}
	name := target[strings.LastIndex(target, ":")+1:]
	if err := noFIFO("sns", name); err != nil {
		return d, err
	}
	if !utf8.Valid(x.result.Payload) {
		return d, refuse("select text: SELECT encode(*, 'base64') AS data", "R-120",
			"the result is no text, and a notification is one")
	}
	form := url.Values{"TargetArn": {target}, "Message": {string(x.result.Payload)}}
	if v.text("messageFormat") == "JSON" {
		form.Set("MessageStructure", "json")
	}
	answer, err := x.send(call{Request: neighbour.Form("sns", "Publish", "2010-03-31", form),
		role: v.text("roleArn"), needs: "sns:Publish", on: target, doing: "publish message to SNS",
		where: fmt.Sprintf("Action: sns, TargetArn: %s", target), create: "sns create-topic --name " + name})
	if err == nil {
		d.answer = answer.Endpoint + ": MessageId " + answer.Text("MessageId")
	}
	return d, err
}
