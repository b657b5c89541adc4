"""Writes cloudformation.json: what CloudFormation wants of the resources that
suback export writes.

    npm pack @aws-cdk/aws-service-spec@0.1.216
    tar xzf aws-cdk-aws-service-spec-0.1.216.tgz package/db.json.gz
    python3 cloudformation.py package/db.json.gz > cloudformation.json

Types, required properties and allowed values are that package's, which has them
from CloudFormation's resource schemas; patterns and lengths are those of the
member of the same name in the API operation that makes the resource, of
../../control/model/iot.json.
"""
import gzip
import json
import pathlib
import sys

# The operation that makes a resource, and members that have another name in it.
RESOURCES = {
    "AWS::IoT::Authorizer": ("CreateAuthorizer", {}),
    "AWS::IoT::BillingGroup": ("CreateBillingGroup", {}),
    "AWS::IoT::CACertificate": ("RegisterCACertificate",
                                {"cacertificatepem": "cacertificate", "verificationcertificatepem": "verificationcertificate"}),
    "AWS::IoT::Certificate": ("RegisterCertificate", {}),
    "AWS::IoT::DomainConfiguration": ("CreateDomainConfiguration", {}),
    "AWS::IoT::Logging": ("SetV2LoggingOptions", {}),
    "AWS::IoT::Policy": ("CreatePolicy", {}),
    "AWS::IoT::PolicyPrincipalAttachment": ("AttachPrincipalPolicy", {}),
    "AWS::IoT::ResourceSpecificLogging": ("SetV2LoggingLevel", {}),
    "AWS::IoT::RoleAlias": ("CreateRoleAlias", {}),
    "AWS::IoT::Thing": ("CreateThing", {}),
    "AWS::IoT::ThingGroup": ("CreateThingGroup", {}),
    "AWS::IoT::ThingPrincipalAttachment": ("AttachThingPrincipal", {}),
    "AWS::IoT::ThingType": ("CreateThingType", {}),
    "AWS::IoT::TopicRule": ("CreateTopicRule", {}),
    "AWS::IoT::TopicRuleDestination": (None, {}),
    "AWS::Cognito::IdentityPool": (None, {}),
    "AWS::Cognito::IdentityPoolRoleAttachment": (None, {}),
    "AWS::IAM::Role": (None, {}),
    "AWS::IAM::User": (None, {}),
    "AWS::Lambda::Permission": (None, {}),
}

schema = json.load(gzip.open(sys.argv[1]))["schema"]
types = {t["$id"]: t for t in schema["typeDefinition"]["entities"]}
api = json.loads((pathlib.Path(__file__).parent / "../../control/model/iot.json").read_text())


def constrained(out, shape):
    """Adds what the API says of a text."""
    for key in ("pattern", "min", "max"):
        if shape and shape.get("type") == "string" and key in shape:
            out[key] = shape[key]
    return out


def reduced(t, shape):
    kind = t["type"]
    if kind == "string":
        out = constrained({"type": kind}, shape)
        if "allowedValues" in t:
            out["enum"] = t["allowedValues"]
        return out
    if kind == "array":
        inner = api["shapes"].get((shape or {}).get("member", ""))
        return {"type": kind, "element": reduced(t["element"], inner)}
    if kind == "map":
        inner = api["shapes"].get((shape or {}).get("value", ""))
        return {"type": kind, "element": reduced(t["element"], inner)}
    if kind == "union":
        return {"type": kind, "types": [reduced(x, None) for x in t["types"]]}
    if kind == "ref":
        return {"type": "object", "properties": properties(types[t["reference"]["$ref"]]["properties"], shape, {})}
    return {"type": kind}


def properties(of, shape, other_names):
    members = {name.lower(): m for name, m in (shape or {}).get("members", {}).items()}
    out = {}
    for name, p in sorted(of.items()):
        member = members.get(other_names.get(name.lower(), name.lower()))
        out[name] = reduced(p["type"], api["shapes"].get(member["shape"]) if member else None)
        if p.get("required"):
            out[name]["required"] = True
    return out


resources = {}
for r in schema["resource"]["entities"]:
    name = r["cloudFormationType"]
    if name in RESOURCES:
        operation, other_names = RESOURCES[name]
        shape = api["shapes"][api["operations"][operation]["input"]] if operation else None
        resources[name] = {"attributes": sorted(r["attributes"]), "properties": properties(r["properties"], shape, other_names)}
assert len(resources) == len(RESOURCES), RESOURCES.keys() - resources.keys()
json.dump({
    "sources": ["@aws-cdk/aws-service-spec 0.1.216"] + api["sources"],
    "license": "Apache-2.0, Amazon.com, Inc. or its affiliates; reduced by cloudformation.py",
    "resources": dict(sorted(resources.items())),
}, sys.stdout, indent=1)
print()
