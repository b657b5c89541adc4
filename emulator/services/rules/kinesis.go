package rules

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/neighbour"
)

// kinesis
//
//   - one record, the result as it is
//   - without partitionKey, which the model allows, the key is a UUID [R-122, guess]

func (x *run) putKinesis(v values) (done, error) {
	stream, key := v.text("streamName"), v.text("partitionKey")
	d := done{resource: stream, log: map[string]string{"Stream": stream}}
	if _, given := v["partitionKey"]; !given {
		key = uuid.NewString()
	}
	answer, err := x.send(call{Request: neighbour.JSON("kinesis", "PutRecord",
		map[string]any{"StreamName": stream, "PartitionKey": key, "Data": x.result.Payload}),
		role: v.text("roleArn"), needs: "kinesis:PutRecord", on: x.arn("kinesis", "stream/"+stream),
		doing:  "put Kinesis record",
		where:  fmt.Sprintf("Action: kinesis, Stream: %s, PartitionKey: %s", stream, key),
		create: "kinesis create-stream --shard-count 1 --stream-name " + stream})
	if err == nil {
		d.answer = fmt.Sprintf("%s stream %s: SequenceNumber %s in %s", answer.Endpoint, stream,
			answer.Text("SequenceNumber"), answer.Text("ShardId"))
	}
	return d, err
}
