# AWS's services as moto has them, for the actions of topic rules, and what has come there.
#
#   actions.py
#
# It makes what the actions need, prints "at <endpoint>", waits for a line, and prints what
# it finds in each service as a line of JSON.
import json
import sys

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
endpoint = "http://%s:%d" % server.get_host_and_port()


def client(service):
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


sqs, sns, s3, dynamodb, kinesis = map(client, ["sqs", "sns", "s3", "dynamodb", "kinesis"])
firehose, logs, states, secrets = map(client, ["firehose", "logs", "stepfunctions", "secretsmanager"])
role = "arn:aws:iam::123456789012:role/any"

queue = sqs.create_queue(QueueName="alerts")["QueueUrl"]
heard = sqs.create_queue(QueueName="heard")["QueueUrl"]
topic = sns.create_topic(Name="alerts")["TopicArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:heard", Attributes={"RawMessageDelivery": "true"})
s3.create_bucket(Bucket="raw")
for table, keys in ("v1", [("device", "S"), ("at", "N")]), ("v2", [("id", "S")]):
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": of} for n, of in keys],
        KeySchema=[{"AttributeName": n, "KeyType": kind} for (n, _), kind in zip(keys, ["HASH", "RANGE"])],
    )
dynamodb.put_item(TableName="v2", Item={"id": {"S": "site"}, "name": {"S": "osaka"}, "floors": {"L": [{"N": "1"}, {"N": "2.5"}]}})
kinesis.create_stream(StreamName="all", ShardCount=1)
firehose.create_delivery_stream(
    DeliveryStreamName="all",
    S3DestinationConfiguration={"RoleARN": role, "BucketARN": "arn:aws:s3:::raw", "Prefix": "firehose/"},
)
logs.create_log_group(logGroupName="devices")
states.create_state_machine(
    name="mend", roleArn=role, definition=json.dumps({"StartAt": "a", "States": {"a": {"Type": "Pass", "End": True}}})
)
secrets.create_secret(Name="door", SecretString=json.dumps({"code": "0000"}))
print("at " + endpoint, flush=True)
sys.stdin.readline()


def objects():
    for o in s3.list_objects_v2(Bucket="raw").get("Contents", []):
        name = "firehose" if o["Key"].startswith("firehose/") else o["Key"]
        yield name, s3.get_object(Bucket="raw", Key=o["Key"])["Body"].read().decode()


def messages(url):
    return sorted(m["Body"] for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []))


def records():
    shard = kinesis.describe_stream(StreamName="all")["StreamDescription"]["Shards"][0]["ShardId"]
    first = kinesis.get_shard_iterator(StreamName="all", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    return [[r["PartitionKey"], r["Data"].decode()] for r in kinesis.get_records(ShardIterator=first)["Records"]]


def executions():
    machine = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    for e in states.list_executions(stateMachineArn=machine)["executions"]:
        yield [e["name"][:6], states.describe_execution(executionArn=e["executionArn"])["input"]]


def entries():
    for stream in logs.describe_log_streams(logGroupName="devices")["logStreams"]:
        for e in logs.get_log_events(logGroupName="devices", logStreamName=stream["logStreamName"], startFromHead=True)["events"]:
            yield [stream["logStreamName"], e["message"]]


for name, found in {
    "sqs": messages(queue),
    "sns": messages(heard),
    "s3": dict(objects()),
    "dynamoDB": dynamodb.scan(TableName="v1")["Items"],
    "dynamoDBv2": [i for i in dynamodb.scan(TableName="v2")["Items"] if i["id"]["S"] != "site"],
    "kinesis": records(),
    "cloudwatchLogs": list(entries()),
    "stepFunctions": list(executions()),
}.items():
    print(name + " " + json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")), flush=True)
server.stop()
