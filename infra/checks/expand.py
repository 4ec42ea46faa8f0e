"""Writes the CloudFormation template that SAM makes of template.yaml, as JSON, without AWS.

cfn-lint sees little in a SAM file: roles, event sources and permissions exist only after the
transform. Usage: expand.py TEMPLATE > EXPANDED
"""

import json
import logging
import sys

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

REGION = "us-east-1"


def expand(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file)
    # What `sam package` would have put in the place of local folders and files.
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "CodeUri" in properties:
            properties["CodeUri"] = "s3://bucket/function.zip"
        if "TemplateURL" in properties:
            properties["TemplateURL"] = "https://bucket.s3.amazonaws.com/template.yaml"
    defaults = {
        name: parameter["Default"]
        for name, parameter in template["Parameters"].items()
        if "Default" in parameter
    }
    # The session is only asked for its region; no managed policies are named, so none are looked up.
    session = boto3.Session(region_name=REGION)
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=session)
    return translator.translate(sam_template=template, parameter_values=defaults)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    json.dump(expand(sys.argv[1]), sys.stdout, indent=2)
    print()
