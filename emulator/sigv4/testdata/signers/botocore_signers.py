"""Records what botocore signs, for signers_test.go:

    python3 botocore_signers.py > botocore.json
"""
import datetime
import json

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
TOKEN = "FwoGZXIvYXdzEA==/+token"
LONG = Credentials("AKIALOCAL", "secret/of+local")
TEMPORARY = Credentials("ASIALOCAL", "secret/of+session", TOKEN)

if hasattr(botocore.auth, "get_current_datetime"):
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None)
else:
    class Clock(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return NOW.replace(tzinfo=None)

    botocore.auth.datetime.datetime = Clock

vectors = []


def record(name, service, credentials, signer, method, url, body="", headers=None, **options):
    request = AWSRequest(method=method, url=url, data=body, headers=headers or {})
    signer(credentials, service, "us-east-1", **options).add_auth(request)
    prepared = request.prepare()
    vectors.append({
        "name": "botocore: " + name, "service": service, "method": method, "url": prepared.url,
        "headers": [[k, v if isinstance(v, str) else v.decode()] for k, v in prepared.headers.items()], "body": body,
    })


query, header = botocore.auth.SigV4QueryAuth, botocore.auth.SigV4Auth
host = "https://a1b2c3-ats.iot.us-east-1.amazonaws.com"
form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

record("WebSocket", "iotdevicegateway", LONG, query, "GET", host + "/mqtt", expires=86400)
record("WebSocket of iotdata", "iotdata", LONG, query, "GET", host + "/mqtt")
record("WebSocket with a port", "iotdevicegateway", LONG, query, "GET", "https://localhost:8443/mqtt")
record("WebSocket with the token signed", "iotdevicegateway", TEMPORARY, query, "GET", host + "/mqtt")
record("publish", "iotdata", LONG, header, "POST", host + "/topics/a%2Fb?qos=1", "hello")
record("publish with a token", "iotdata", TEMPORARY, header, "POST", host + "/topics/a%2Fb%20c~d?qos=1&contentType=text%2Fplain", "hello")
record("retained messages", "iotdata", LONG, header, "GET", host + "/retainedMessage?maxResults=5")
record("connection", "iotdevicegateway", LONG, header, "DELETE", host + "/connections/pump%2F7%3F?cleanSession=true")
record("AssumeRole", "sts", TEMPORARY, header, "POST", "https://sts.amazonaws.com/", "Action=AssumeRole&Version=2011-06-15", form)
record("GetCallerIdentity presigned", "sts", TEMPORARY, query, "GET", "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15")
record("control plane", "iot", LONG, header, "POST", "https://iot.us-east-1.amazonaws.com/things/pump%207?a=1&a=0&b", '{"attributePayload": {}}')
print(json.dumps(vectors, indent=1))
