#!/usr/bin/env python3
"""Writes lambda.json and acm.json, the service models of what emulator/control
does of AWS Lambda and AWS Certificate Manager, in the form of iot.json.

Usage, from this folder:

    go mod download -json github.com/aws/aws-sdk-go@v1.55.8                      # Dir: SDK1
    go mod download -json github.com/aws/aws-sdk-go-v2/service/lambda@v1.114.2   # Dir: LAMBDA
    go mod download -json github.com/aws/aws-sdk-go-v2/service/acm@v1.51.3       # Dir: ACM
    python3 services.py SDK1 LAMBDA ACM && go test ../../packed -update

Sources and license as in generate.py. The operations that are not done have
their name, method and path alone, so that they can be refused by name.
"""

import json
import os
import re
import sys

import generate

LAMBDA = """AddPermission RemovePermission GetPolicy CreateFunction UpdateFunctionCode UpdateFunctionConfiguration
    GetFunction GetFunctionConfiguration ListFunctions DeleteFunction Invoke
    ListVersionsByFunction GetFunctionCodeSigningConfig GetFunctionConcurrency
    ListTags TagResource UntagResource""".split()

ACM = """ImportCertificate RequestCertificate DescribeCertificate ListCertificates GetCertificate DeleteCertificate
    AddTagsToCertificate RemoveTagsFromCertificate ListTagsForCertificate""".split()

# Checked in Go, because what AWS takes has changed since.
FREE = ["Runtime"]


def main(sdk1, sdk_lambda, sdk_acm):
    lambda_ = Service(sdk1, "lambda/2015-03-31", LAMBDA)
    with open(os.path.join(sdk_lambda, "schemas/schemas.go")) as f:
        http = {m[1]: m for m in re.finditer(
            r'Name:\s+"(\w+)",\s*\}, smithy\.ShapeTypeOperation, 0, &smithytraits\.HTTP\{Method: "(\w+)",\s*URI:\s+"([^"]+)"', f.read())}
    for name in later(sdk_lambda):
        if "?" in http[name][3]:
            continue
        lambda_.operations.setdefault(name, {"method": http[name][2], "uri": http[name][3], "input": "", "output": "", "errors": []})
    lambda_.write("lambda.json", "aws-sdk-go-v2/service/lambda v1.114.2")

    acm = Service(sdk1, "acm/2015-12-08", ACM)
    for name in later(sdk_acm):
        acm.operations.setdefault(name, {"method": "POST", "uri": "/", "input": "", "output": "", "errors": []})
    acm.write("acm.json", "aws-sdk-go-v2/service/acm v1.51.3")


def later(folder):
    return sorted(f[len("api_op_"):-len(".go")] for f in os.listdir(folder)
                  if f.startswith("api_op_") and not f.endswith("_test.go"))


class Service:
    def __init__(self, sdk1, path, done):
        with open(os.path.join(sdk1, "models/apis", path, "api-2.json")) as f:
            old = json.load(f)
        self.shapes = {n: reduce_shape(s) for n, s in old["shapes"].items()}
        for name in FREE:
            self.shapes.get(name, {}).pop("enum", None)
        self.operations = {}
        for name, o in old["operations"].items():
            if "?" in o["http"]["requestUri"]:  # GetLayerVersionByArn has ListLayers's path
                continue
            self.operations[name] = reduced = generate.reduce_operation(o)
            if name not in done:
                reduced.update(input="", output="", errors=[])

    def write(self, file, later):
        model = {
            "sources": ["aws-sdk-go v1.55.8", later],
            "license": "Apache-2.0, Amazon.com, Inc. or its affiliates; changed by services.py",
            "operations": self.operations,
            "shapes": {n: self.shapes[n] for n in generate.used(self.operations, self.shapes)},
        }
        with open(file, "w") as f:
            generate.write(model, f)


def reduce_shape(s):
    """A member that is the status of the answer is left out."""
    members = {n: m for n, m in s.get("members", {}).items() if m.get("location") != "statusCode"}
    s = dict(s, members=members) if "members" in s else s
    # JSON 1.1 gives its errors no status: they are 400.
    if s.get("exception") and "error" not in s:
        s = dict(s, error={"httpStatusCode": 500 if s.get("fault") else 400})
    return generate.reduce_shape(s)


if __name__ == "__main__":
    main(*sys.argv[1:])
