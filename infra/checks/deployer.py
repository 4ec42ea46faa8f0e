"""Holds the deployer's policies against what CloudFormation itself needs for the stack's resources.

Each type of resource in CloudFormation's registry says which actions its handlers call to create, read,
update and delete it; cfn-lint brings these declarations along. They name the actions for every property
that there is: what only a property needs that the templates do not set is listed here, with the reason.

Usage: deployer.py EXPANDED TEMPLATE ...   EXPANDED is SAM's expansion of the main template.
"""

import json
import os
import re
import sys

import cfnlint
from samtranslator.yaml_helper import yaml_parse

POLICIES = ["infra/deployer-policy-functions.json", "infra/deployer-policy-data.json"]

# AWS takes so many characters of a managed policy, blanks not counted.
LONGEST = 6144

# What is called while a stack is created, updated and deleted. CloudFormation lists resources elsewhere.
CALLED = ["create", "read", "update", "delete"]

# Not in the registry: CloudFormation makes the one itself, and invokes a function for the other.
UNREGISTERED = {"AWS::CloudFormation::WaitConditionHandle", "Custom::Subscription"}

# Whose resources a type's handlers touch beside its own statement's.
ALSO = {
    "AWS::ApiGatewayV2::Stage": ["ApiGatewayV2Stage"],
    "AWS::Athena::WorkGroup": ["S3Bucket"],
    "AWS::Glue::Table": ["GlueDatabase"],
    "AWS::Lambda::Function": ["PassRole", "SamArtifacts"],
    "AWS::Logs::LogGroup": ["ApiGatewayV2Stage"],
    "AWS::SNS::Topic": ["SNSSubscription"],
    "AWS::Scheduler::Schedule": ["PassRole"],
    "AWS::SecretsManager::Secret": ["SecretsManagerGenerate"],
}

# Actions that are declared and not allowed, by the type's name and a pattern, with the reason.
LEFT_OUT = [
    ("AWS::(?!IAM|Lambda|Scheduler).*", r"iam:(PassRole|GetRole)", "it is given no role"),
    ("AWS::ApiGatewayV2::Api", r"s3:.*", "the API has no document in S3"),
    ("AWS::Glue::Table", r"s3:.*", "only tables of Iceberg have metadata of their own"),
    ("AWS::Athena::WorkGroup", r"iam:CreateServiceLinkedRole", "made by AWS when it is first needed"),
    ("AWS::Athena::WorkGroup", r"s3:(.*Multipart.*|GetObject|PutObject)", "results are written by who asks"),
    ("AWS::Budgets::Budget", r"billing:.*", "no billing view is named"),
    ("AWS::CloudFormation::Stack", r".*(SetStackPolicy|UpdateTerminationProtection)", "neither is set"),
    ("AWS::DynamoDB::Table", r"dynamodb:(?!Describe).*(Replica|ContributorInsights|KinesisStreaming|Import).*", "not set"),
    ("AWS::DynamoDB::Table", r"dynamodb:DescribeImport", "the table begins empty"),
    ("AWS::DynamoDB::Table", r"dynamodb:(Put|Delete)ResourcePolicy", "the table has no policy of its own"),
    ("AWS::DynamoDB::Table", r"dynamodb:(BatchWrite|Delete|Get|Put|Update)Item|dynamodb:(Query|Scan)",
     "deploying touches no item"),
    ("AWS::DynamoDB::Table", r"(iam|kinesis|logs|s3):.*", "for replicas, streams and imports"),
    ("AWS::DynamoDB::Table", r"kms:ListAliases", "the key is named by its ARN"),
    ("AWS::Glue::.*", r"glue:.*(Connection|SchemaVersion)", "no connection, no schema registry"),
    ("AWS::Glue::.*", r"lakeformation:.*", "Lake Formation does not govern the database"),
    ("AWS::IAM::.*", r"iam:(Attach|Detach).*", "roles have inline policies; people attach the managed ones"),
    ("AWS::Lambda::Function", r"(ec2|elasticfilesystem|s3files):.*", "no network, no file system"),
    ("AWS::Lambda::Function", r"lambda:(?!GetFunctionCodeSigningConfig).*(CodeSigning|CapacityProvider|Layer|RuntimeAlias).*", "not set"),
    ("AWS::Lambda::Function", r"lambda:Put(FunctionRecursion|FunctionScaling|RuntimeManagement)Config", "not set"),
    ("AWS::Lambda::Function", r"lambda:PublishVersion", "no version is published"),
    ("AWS::Logs::LogGroup", r"(firehose|s3):.*", "logs stay in their group"),
    ("AWS::Logs::LogGroup", r"logs:(Put|Delete)(DataProtection|Index|Resource)Policy", "not set"),
    ("AWS::Logs::LogGroup", r"logs:Put(BearerTokenAuthentication|LogGroupDeletionProtection)", "not set"),
    ("AWS::S3::Bucket", r"s3tables:.*", "no metadata tables"),
    ("AWS::S3::Bucket", r"s3:(?!Get).*(Metadata|Accelerate|Analytics|Abac|CORS|Cors|Logging|Notification|ObjectLock"
     r"|Replication|Website|IntelligentTiering|Inventory|Metrics|Acl|Versioning).*", "not set"),
    ("AWS::S3::Bucket", r"s3:DeleteObject", "a bucket that is deleted is empty"),
    ("AWS::S3::Bucket", r"s3:DeleteBucketLifecycle", "the rules are never taken away"),
    ("AWS::SNS::Topic", r"sns:PutDataProtectionPolicy", "not set"),
    ("AWS::SecretsManager::Secret", r"secretsmanager:.*Replicat.*", "no replicas"),
]


def declared():
    """The actions that CloudFormation calls, by type."""
    folder = os.path.join(os.path.dirname(cfnlint.__file__), "data", "schemas", "resources")
    actions = {}
    for name in os.listdir(folder):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            schema = json.load(file)
        handlers = schema.get("handlers", {})
        called = {one for kind in CALLED for one in handlers.get(kind, {}).get("permissions", [])}
        actions.setdefault(schema.get("typeName"), set()).update(called)
    return actions


def types(paths):
    found = set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            resources = (json.load(file) if path.endswith(".json") else yaml_parse(file))["Resources"]
        found |= {resource["Type"] for resource in resources.values()}
    return found - UNREGISTERED


def allowed():
    """The actions that each statement allows."""
    statements = {}
    for path in POLICIES:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        length = len("".join(text.split()))
        if length > LONGEST:
            sys.exit(f"{path} has {length} characters, and a managed policy {LONGEST}: move a statement")
        for statement in json.loads(text)["Statement"]:
            statements[statement["Sid"]] = {action.lower() for action in statement["Action"]}
    return statements


def statements_of(of_type):
    """The names of the statements whose resources are those that deploying such a resource touches."""
    service, kind = of_type.removeprefix("AWS::").split("::")
    return [service + kind, service, "Key", *ALSO.get(of_type, [])]


def main(paths):
    statements, actions, used = allowed(), declared(), set()
    missing = []
    for of_type in sorted(types(paths)):
        if of_type not in actions:
            sys.exit(f"cfn-lint declares nothing of {of_type}")
        permitted = set().union(*(statements.get(sid, set()) for sid in statements_of(of_type)))
        for action in sorted(actions[of_type]):
            if action.lower() in permitted:
                continue
            reasons = [one for one in LEFT_OUT if re.fullmatch(one[0], of_type) and re.fullmatch(one[1], action)]
            used.update(reasons)
            if not reasons:
                missing.append(f"{of_type} needs {action}")
    unused = [f"nothing is left out by {one[0]} {one[1]}" for one in LEFT_OUT if one not in used]
    if missing or unused:
        sys.exit("\n".join(missing + unused))
    print(f"the deployer's policies allow what {len(types(paths))} types of resources need")


if __name__ == "__main__":
    main(sys.argv[1:])
