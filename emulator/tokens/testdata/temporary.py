"""Temporary keys as a Python program gets them: python3 temporary.py <endpoint> <pool> <role ARN>."""

import json
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, pool, role = sys.argv[1:]
common = {"endpoint_url": endpoint, "region_name": "us-east-1"}


def sts(access_key, secret, token=None):
    return boto3.client("sts", aws_access_key_id=access_key, aws_secret_access_key=secret, aws_session_token=token, **common)


def error(call):
    try:
        call()
    except ClientError as e:
        return [e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["Error"]["Code"], e.response["Error"]["Message"]]


ann = sts("AKIAANN", "anns secret")
print(json.dumps(ann.get_caller_identity()["Arn"]))

keys = ann.assume_role(RoleArn=role, RoleSessionName="python", DurationSeconds=900)
print(json.dumps(keys["AssumedRoleUser"]["Arn"]))
keys = keys["Credentials"]
print(json.dumps(keys["Expiration"].tzname()))
print(json.dumps(sts(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]).get_caller_identity()["Arn"]))
print(json.dumps(error(lambda: ann.assume_role(RoleArn=role + "s", RoleSessionName="python"))))

cognito = boto3.client("cognito-identity", config=Config(signature_version=UNSIGNED), **common)
identity = cognito.get_id(IdentityPoolId=pool)["IdentityId"]
keys = cognito.get_credentials_for_identity(IdentityId=identity)["Credentials"]
print(json.dumps(sorted(keys)))
print(json.dumps(sts(keys["AccessKeyId"], keys["SecretKey"], keys["SessionToken"]).get_caller_identity()["Arn"]))
print(json.dumps(error(lambda: cognito.get_id(IdentityPoolId=pool[:-1] + "0"))))
