"""Samples of what goes into an operation and of what comes out, to be filled in or looked at.

What `input_json` and `input_yaml` print is what --cli-input-json and --cli-input-yaml take.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-skeleton.html
"""

import json

from .operations import HttpLocation, Kind, Member, Operation

_JSON = {Kind.STRING: "", Kind.INTEGER: 0, Kind.BLOB: None}
_YAML = {Kind.STRING: "''", Kind.INTEGER: "0", Kind.BLOB: "!!binary ''"}


def input_json(operation: Operation) -> str:
    """Every parameter of `operation` with an empty value, as JSON text."""
    skeleton = {member.name: _JSON[member.kind] for member in operation.members}
    return json.dumps(skeleton, indent=4) + "\n"


def input_yaml(operation: Operation) -> str:
    """Every parameter of `operation` with an empty value, as YAML text that says what each is."""
    # The AWS CLI sets the first comment a space further off than the others.
    gaps = ("  ", *(" " for _ in operation.members[1:]))
    lines = zip(operation.members, gaps, strict=True)
    return "".join(f"{_line(member)}{gap}# {_comment(member)}\n" for member, gap in lines)


def _line(member: Member) -> str:
    return f"{member.name}: {_YAML[member.kind]}"


def _comment(member: Member) -> str:
    sentence, stop, _ = member.help.partition(". ")
    return ("[REQUIRED] " if member.required else "") + sentence + stop.rstrip()


def output_json(operation: Operation) -> dict[str, str]:
    """The metadata of a reply with each member's name for its value, in the service model's order.

    There the members of the body stand before those of the headers.
    """
    fields = sorted(operation.fields, key=lambda field: field.place is not HttpLocation.JSON)
    return {field.name: field.name for field in fields}
