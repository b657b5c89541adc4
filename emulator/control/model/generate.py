#!/usr/bin/env python3
"""Writes iot.json, the service model of AWS IoT that emulator/control embeds.

Usage, from this folder:

    pip download --no-deps botocore==1.43.11 && unzip botocore-1.43.11-*.whl    # BOTOCORE
    go mod download -json github.com/aws/aws-sdk-go-v2/service/iot@v1.75.0      # Dir: SDK2
    python3 generate.py BOTOCORE/data/iot/2015-05-28/service-2.json.gz SDK2 > iot.json && go test ../../packed -update

Sources, both of Amazon.com, Inc. or its affiliates, under the Apache License
2.0 (http://www.apache.org/licenses/LICENSE-2.0); iot.json is a work derived
from them, changed by this script:

  - botocore 1.43.11: operations, shapes and constraints
  - the Go source of aws-sdk-go-v2/service/iot v1.75.0, for
    operations, members and enum values that came later; it has no constraints,
    so they are not checked

What is left out: documentation, and what a server does not need to know.
"""

import gzip
import json
import os
import re
import sys

# The shapes of Go's plain types.
SCALARS = {
    "string": "String", "bool": "Boolean", "int32": "Integer", "int64": "Long",
    "float64": "Double", "float32": "Double", "time.Time": "Timestamp", "[]byte": "Blob",
}


def main(service, sdk2):
    with gzip.open(service) as f:
        old = json.load(f)
    shapes = {name: reduce_shape(s) for name, s in old["shapes"].items()}
    operations = {name: reduce_operation(o) for name, o in old["operations"].items()}
    for name in set(SCALARS.values()):
        shapes.setdefault(name, {"type": name.lower()})

    source = Source(sdk2)
    for name in source.operations:
        merge_operation(name, source, operations, shapes)
    for name in source.structs:
        if name in shapes and shapes[name]["type"] == "structure":
            merge_members(name, source.structs[name], source, shapes, None)
    for name, values in source.enums.items():
        if "enum" in shapes.get(name, {}):
            shapes[name]["enum"] += [v for v in values if v not in shapes[name]["enum"]]

    model = {
        "sources": ["botocore 1.43.11", "aws-sdk-go-v2/service/iot v1.75.0"],
        "license": "Apache-2.0, Amazon.com, Inc. or its affiliates; changed by generate.py",
        "operations": operations,
        "shapes": {n: shapes[n] for n in used(operations, shapes)},
    }
    write(model, sys.stdout)


def reduce_operation(o):
    return {
        "method": o["http"]["method"],
        "uri": o["http"]["requestUri"],
        "input": o.get("input", {}).get("shape", ""),
        "output": o.get("output", {}).get("shape", ""),
        "errors": [e["shape"] for e in o.get("errors", [])],
    }


def reduce_shape(s):
    out = {"type": s["type"]}
    for key in ("required", "enum", "min", "max", "pattern", "payload", "timestampFormat"):
        if key in s:
            out[key] = s[key]
    if "error" in s:
        out["status"] = s["error"]["httpStatusCode"]
    for key in ("member", "key", "value"):
        if key in s:
            out[key] = s[key]["shape"]
    if "members" in s:
        out["members"] = {n: reduce_member(m) for n, m in s["members"].items()}
    return out


def reduce_member(m):
    out = {"shape": m["shape"]}
    if "location" in m:
        out["in"] = {"uri": "uri", "querystring": "query", "header": "header", "statusCode": "status"}[m["location"]]
        out["as"] = m.get("locationName", "")
    return out


class Source:
    """The Go source of aws-sdk-go-v2/service/iot."""

    def __init__(self, folder):
        def read(name):
            with open(os.path.join(folder, name)) as f:
                return f.read()

        self.serializers, self.deserializers = read("serializers.go"), read("deserializers.go")
        self.structs, self.enums = {}, {}
        self.operations = []
        for match in re.finditer(r"^type (\w+) struct \{\n(.*?)^\}", read("types/types.go"), re.S | re.M):
            self.structs[match[1]] = fields(match[2])
        for name, values in re.findall(r"func \((\w+)\) Values\(\) \[\]\w+ \{\n\treturn \[\]\w+\{\n(.*?)\n\t\}", read("types/enums.go"), re.S):
            self.enums[name] = re.findall(r'"([^"]+)"', values)
        for file in sorted(os.listdir(folder)):
            match = re.fullmatch(r"api_op_(\w+)\.go", file)
            if match and not file.endswith("_test.go"):
                self.operations.append(match[1])
                for name, body in re.findall(r"^type (\w+(?:Input|Output)) struct \{\n(.*?)^\}", read(file), re.S | re.M):
                    self.structs[name] = fields(body)

    def http(self, op):
        match = re.search(r"serializeOp%s\) HandleSerialize.*?SplitURI\(\"([^\"]*)\"\).*?request\.Method = \"(\w+)\"" % op, self.serializers, re.S)
        return match[2], match[1]

    def errors(self, op):
        match = re.search(r"^func awsRestjson1_deserializeOpError%s\(.*?^\}" % op, self.deserializers, re.S | re.M)
        return re.findall(r'EqualFold\("(\w+)", errorCode\)', match[0])

    def locations(self, op):
        match = re.search(r"^func awsRestjson1_serializeOpHttpBindings%sInput\(.*?^\}" % op, self.serializers, re.S | re.M)
        found, member = {}, None
        for line in match[0].splitlines():
            m = re.search(r"if v\.(\w+)|len\(v\.(\w+)\)", line)
            if m:
                member = m[1] or m[2]
            m = re.search(r'encoder\.Set(URI|Query|Header)\("([^"]+)"\)|encoder\.Add(Query)\("([^"]+)"\)', line)
            if m:
                found[member] = {"in": (m[1] or m[3]).lower(), "as": m[2] or m[4]}
            m = re.search(r'locationName := "([^"]+)"', line)  # of a header
            if m:
                found[member] = {"in": "header", "as": m[1].lower()}
        return found


def fields(body):
    """The members of a Go struct: (name, type, required), in order."""
    out, comment = [], ""
    for line in body.splitlines():
        line = line.strip()
        if line.startswith("//"):
            comment += line
            continue
        match = re.fullmatch(r"([A-Z]\w*)\s+(\S+)", line)
        if match and match[1] != "ResultMetadata":
            out.append((match[1], match[2], "This member is required." in comment))
        comment = ""
    return out


def merge_operation(name, source, operations, shapes):
    if name not in operations:
        method, uri = source.http(name)
        operations[name] = {"method": method, "uri": uri, "input": name + "Request", "output": name + "Response",
                            "errors": source.errors(name)}
        shapes.setdefault(name + "Request", {"type": "structure", "members": {}})
        shapes.setdefault(name + "Response", {"type": "structure", "members": {}})
    op = operations[name]
    if op["input"]:
        merge_members(op["input"], source.structs[name + "Input"], source, shapes, source.locations(name))
    if op["output"]:
        merge_members(op["output"], source.structs[name + "Output"], source, shapes, None)


def merge_members(shape, found, source, shapes, locations):
    """Adds what the struct has and the shape has not."""
    members = shapes[shape].setdefault("members", {})
    known = {n.lower() for n in members} | {m.get("as", "").lower() for m in members.values()}
    for field, go_type, required in found:
        name = (field[0].lower() + field[1:]).rstrip("_")
        if name.lower() in known:
            continue
        member = {"shape": shape_of(go_type, source, shapes)}
        member.update((locations or {}).get(field, {}))
        members[name] = member
        if required:
            shapes[shape].setdefault("required", []).append(name)


def shape_of(go_type, source, shapes):
    """The name of the shape of a Go type, made if there is none."""
    t = go_type.lstrip("*")
    if t in SCALARS:
        return SCALARS[t]
    if t.startswith("[]"):
        member = shape_of(t[2:], source, shapes)
        return shapes.setdefault(member + "List", {"type": "list", "member": member}) and member + "List"
    if t.startswith("map[string]"):
        value = shape_of(t[len("map[string]"):], source, shapes)
        return shapes.setdefault(value + "ByString", {"type": "map", "key": "String", "value": value}) and value + "ByString"
    name = t.removeprefix("types.")
    if name in shapes:
        return name
    if name in source.enums:
        shapes[name] = {"type": "string", "enum": source.enums[name]}
    else:  # a union has no struct: its members are not checked
        shapes[name] = {"type": "structure", "members": {}}
        merge_members(name, source.structs.get(name, []), source, shapes, None)
    return name


def used(operations, shapes):
    """The names of the shapes that operations need, sorted."""
    todo = [n for o in operations.values() for n in [o["input"], o["output"], *o["errors"]] if n]
    seen = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        s = shapes[name]
        todo += [m["shape"] for m in s.get("members", {}).values()]
        todo += [s[k] for k in ("member", "key", "value") if k in s]
    return sorted(seen)


def write(model, out):
    """Compact, one operation or shape per line, so that a change can be read."""
    def lines(of):
        return ",\n".join(json.dumps(n) + ":" + json.dumps(of[n], separators=(",", ":")) for n in sorted(of))

    out.write('{"sources":%s,\n"license":%s,\n' % (json.dumps(model["sources"]), json.dumps(model["license"])))
    out.write('"operations":{\n%s},\n"shapes":{\n%s}}\n' % (lines(model["operations"]), lines(model["shapes"])))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
