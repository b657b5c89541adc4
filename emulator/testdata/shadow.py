# An app that walks through a shadow with boto3, as its documentation has it:
#
#   shadow.py <endpoint> <thing> <steps>
#
# A step is {"op", "body"}; of each it prints a line of JSON: the answer, by its topic
# if it had come over MQTT.
import json
import sys

import boto3
from botocore.exceptions import ClientError

endpoint, thing, steps = sys.argv[1:]
client = boto3.client("iot-data", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
for step in json.loads(steps):
    op, more = step["op"], {"payload": step["body"]} if step["op"] == "update" else {}
    try:
        answer = getattr(client, op + "_thing_shadow")(thingName=thing, **more)
        said = {op + "/accepted": json.loads(answer["payload"].read())}
    except ClientError as e:
        said = {op + "/rejected": {"code": e.response["ResponseMetadata"]["HTTPStatusCode"], "message": e.response["Error"]["Message"]}}
    print(json.dumps(said), flush=True)
print("walked", flush=True)
