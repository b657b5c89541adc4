package rules

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/suback/suback/emulator/neighbour"
)

// sqs
//
//   - the message's body is the result, as base64 with useBase64; what is no text needs
//     that [R-120, guess for the last]
//   - no FIFO queues
//   - of queueUrl the path counts: the host is that of the endpoint, so that no rule and no
//     payload leads elsewhere

func (x *run) sendSQS(v values) (done, error) {
	queue := v.text("queueUrl")
	d := done{resource: queue, log: map[string]string{"QueueUrl": queue}}
	u, err := url.Parse(queue)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return d, refuse("write a queue's URL, as https://sqs.us-east-1.amazonaws.com/123456789012/alerts", "R-120",
			"queueUrl is %q, which is no URL of a queue", queue)
	}
	path := "/" + strings.Trim(u.Path, "/")
	name := path[strings.LastIndex(path, "/")+1:]
	if err := noFIFO("sqs", name); err != nil {
		return d, err
	}
	body := string(x.result.Payload)
	if use, _ := v["useBase64"].(bool); use {
		body = base64.StdEncoding.EncodeToString(x.result.Payload)
	} else if !utf8.Valid(x.result.Payload) {
		return d, refuse("set useBase64: true", "R-120", "the result is no text, and the body of a message in a queue is one")
	}
	endpoint, _, err := x.services().Find(x.ctx, "sqs")
	if err != nil {
		return d, err
	}
	answer, err := x.send(call{Request: neighbour.JSON("sqs", "SendMessage",
		map[string]any{"QueueUrl": endpoint + path, "MessageBody": body}),
		role: v.text("roleArn"), needs: "sqs:SendMessage", on: x.queueARN(path, name), doing: "send message to SQS",
		where: fmt.Sprintf("Action: sqs, QueueUrl: %s", queue), create: "sqs create-queue --queue-name " + name})
	if err == nil {
		d.answer = endpoint + path + ": MessageId " + answer.Text("MessageId")
	}
	return d, err
}

// queueARN is of the account that the path names.
func (x *run) queueARN(path, name string) string {
	account, _, ok := strings.Cut(path[1:], "/")
	if !ok || len(account) != 12 {
		return x.arn("sqs", name)
	}
	return strings.Join([]string{"arn", x.Registry.Partition(), "sqs", x.Registry.Region(), account, name}, ":")
}

// noFIFO refuses what AWS IoT's actions cannot send to.
func noFIFO(action, name string) error {
	if !strings.HasSuffix(name, ".fifo") {
		return nil
	}
	return refuse(fmt.Sprintf("name a standard one: AWS IoT's %s action sends to nothing that is FIFO", action), "R-120",
		"%q is FIFO", name)
}
