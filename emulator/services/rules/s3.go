package rules

import (
	"fmt"
	"net/http"

	"github.com/suback/suback/emulator/neighbour"
)

// s3
//
//   - the object is the result as it is, below a key that a template may make; one that is
//     always the same is overwritten each time
//   - cannedAcl goes as x-amz-acl; the content type is that of bytes [R-121, guess]

func (x *run) putS3(v values) (done, error) {
	bucket, key := v.text("bucketName"), v.text("key")
	d := done{resource: bucket, log: map[string]string{"Bucket": bucket, "Key": key}}
	if bucket == "" || key == "" {
		return d, refuse("a field that the payload has not is an empty text in a template: write one that is there",
			"R-107", "bucketName is %q and key %q, want none of them empty", bucket, key)
	}
	header := http.Header{}
	header.Set("Content-Type", "application/octet-stream")
	if acl := v.text("cannedAcl"); acl != "" {
		header.Set("X-Amz-Acl", acl)
	}
	answer, err := x.send(call{Request: neighbour.PutObject(bucket, key, header, x.result.Payload),
		role: v.text("roleArn"), needs: "s3:PutObject", doing: "put S3 object",
		on:    "arn:" + x.Registry.Partition() + ":s3:::" + bucket + "/" + key,
		where: fmt.Sprintf("Action: s3, Bucket: %s, Key: %q", bucket, key), create: "s3 mb s3://" + bucket})
	if err == nil {
		d.answer = fmt.Sprintf("%s/%s/%s: %d bytes, ETag %s", answer.Endpoint, bucket, key, len(x.result.Payload),
			answer.Header.Get("ETag"))
	}
	return d, err
}
