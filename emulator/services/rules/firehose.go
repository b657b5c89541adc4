package rules

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/policy"
)

// firehose
//
//   - one record, the result with the separator behind it
//   - with batchMode each element of a result that is a list is one, 500 at most; one that
//     fails makes the action fail [R-122, guess for the last]

const mostRecords = 500

func (x *run) putFirehose(v values) (done, error) {
	stream := v.text("deliveryStreamName")
	d := done{resource: stream, log: map[string]string{"DeliveryStream": stream}}
	records, batch := x.records(v)
	if len(records) > mostRecords {
		return d, refuse("select fewer elements, or send them in several messages", "R-122",
			"the result has %d elements, want at most %d", len(records), mostRecords)
	}
	operation, input := "PutRecord", map[string]any{"DeliveryStreamName": stream}
	if batch {
		operation, input["Records"] = "PutRecordBatch", records
	} else {
		input["Record"] = records[0]
	}
	c := call{Request: neighbour.JSON("firehose", operation, input), role: v.text("roleArn"),
		needs: policy.Action("firehose:" + operation), on: x.arn("firehose", "deliverystream/"+stream),
		doing: "put Firehose record", where: fmt.Sprintf("Action: firehose, DeliveryStream: %s", stream),
		create: "firehose create-delivery-stream --delivery-stream-name " + stream}
	answer, err := x.send(c)
	if err != nil {
		return d, err
	}
	var said struct {
		FailedPutCount   int
		RequestResponses []struct{ ErrorCode, ErrorMessage string }
	}
	_ = json.Unmarshal(answer.Body, &said) // what is none has no failures
	if said.FailedPutCount > 0 {
		e := fmt.Errorf("%d of %d records failed", said.FailedPutCount, len(records))
		for _, r := range said.RequestResponses {
			if r.ErrorCode != "" {
				e = fmt.Errorf("%w, the first with %s: %s", e, r.ErrorCode, r.ErrorMessage)
				break
			}
		}
		return d, x.failed(c, &neighbour.Error{Endpoint: answer.Endpoint, By: "the configuration", Status: 200,
			Message: e.Error()})
	}
	d.answer = fmt.Sprintf("%s delivery stream %s: %d records", answer.Endpoint, stream, len(records))
	if id := answer.Text("RecordId"); id != "" {
		d.answer = fmt.Sprintf("%s delivery stream %s: RecordId %s", answer.Endpoint, stream, id)
	}
	return d, nil
}

// A firehoseRecord is one as the service has it.
type firehoseRecord struct{ Data []byte }

// records are what is put, and whether as a batch.
func (x *run) records(v values) (all []firehoseRecord, batch bool) {
	elements := []json.RawMessage{x.result.Payload}
	if mode, _ := v["batchMode"].(bool); mode {
		var list []json.RawMessage
		if json.Unmarshal(x.result.Payload, &list) == nil && len(list) > 0 {
			elements, batch = list, true
		}
	}
	for _, e := range elements {
		all = append(all, firehoseRecord{slices.Concat(e, []byte(v.text("separator")))})
	}
	return all, batch
}
