"""Writes the template as MiniStack can deploy it: SAM's expansion of it with the fewest edits.

Usage: ministack.py TEMPLATE FUNCTIONS > DEPLOYABLE. FUNCTIONS is a folder with one folder per
function, named as its binary, with the `bootstrap` in it. `sam deploy` uploads them.
"""

import json
import os
import sys

from samtranslator.yaml_helper import yaml_parse

from expand import expand

# Resource types that MiniStack does not know; a stack below the main one that has any is left out.
UNKNOWN = {"AWS::Athena::NamedQuery", "AWS::Logs::QueryDefinition"}


def with_programs(template, functions):
    """The expansion points at a placeholder: here is what `sam build` would have made."""
    for resource in of_type(template, "AWS::Lambda::Function"):
        binary = resource["Metadata"]["BuildProperties"]["Binary"]
        resource["Properties"]["Code"] = os.path.join(functions, binary)


def with_stacks_below(template, source, directory):
    """The expansion points at a placeholder: here are the files themselves, as `sam package` wants."""
    left_out = set()
    for name, resource in list(template["Resources"].items()):
        if resource["Type"] != "AWS::CloudFormation::Stack":
            continue
        path = os.path.join(directory, source["Resources"][name]["Properties"]["TemplateURL"])
        with open(path, encoding="utf-8") as file:
            types = {below["Type"] for below in yaml_parse(file)["Resources"].values()}
        if types & UNKNOWN:
            left_out.add(name)
            del template["Resources"][name]
        else:
            resource["Properties"]["TemplateURL"] = path
    # What the main stack says of a stack that is left out goes along with it.
    for name, output in list(template["Outputs"].items()):
        if any(f'"{stack}"' in json.dumps(output) for stack in left_out):
            del template["Outputs"][name]


def with_numbers(template):
    """MiniStack compares MaximumConcurrency, a text where it comes from a parameter, with a number."""
    for resource in of_type(template, "AWS::Lambda::EventSourceMapping"):
        scaling = resource["Properties"].get("ScalingConfig", {})
        most = scaling.get("MaximumConcurrency")
        if isinstance(most, dict):
            scaling["MaximumConcurrency"] = int(template["Parameters"][most["Ref"]]["Default"])


def with_schedules_of_a_short_day(template):
    """No check waits an hour: what runs hourly runs each minute, as often as Scheduler can. What runs at
    a time of the clock is called by the checks alone: beside them it would now and then export or list
    a day that is half stored, and that day waits for hours until it is due again. The others stay as
    they are: a reconciler at work all the time would make good what a check wants to see."""
    for resource in of_type(template, "AWS::Scheduler::Schedule"):
        schedule = resource["Properties"]
        if schedule["ScheduleExpression"] == "rate(1 hour)":
            schedule["ScheduleExpression"] = "rate(1 minute)"
        elif schedule["ScheduleExpression"].startswith("cron("):
            schedule["State"] = "DISABLED"


def of_type(template, wanted):
    return [one for one in template["Resources"].values() if one["Type"] == wanted]


def deployable(path, functions):
    template = expand(path)
    with open(path, encoding="utf-8") as file:
        source = yaml_parse(file)
    with_programs(template, functions)
    with_stacks_below(template, source, os.path.dirname(os.path.abspath(path)))
    with_numbers(template)
    with_schedules_of_a_short_day(template)
    return template


if __name__ == "__main__":
    json.dump(deployable(sys.argv[1], sys.argv[2]), sys.stdout, indent=2)
    print()
