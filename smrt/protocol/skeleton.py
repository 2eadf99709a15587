"""Sample input and output of an operation (--generate-cli-skeleton).

--cli-input-json and --cli-input-yaml accept the text of `input_json` and `input_yaml`.
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
    """Every parameter of `operation` with an empty value and its help, as YAML text."""
    # AWS CLI puts one more space before the first comment than before the others.
    gaps = ("  ", *(" " for _ in operation.members[1:]))
    lines = zip(operation.members, gaps, strict=True)
    return "".join(f"{_line(member)}{gap}# {_comment(member)}\n" for member, gap in lines)


def _line(member: Member) -> str:
    return f"{member.name}: {_YAML[member.kind]}"


def _comment(member: Member) -> str:
    sentence, stop, _ = member.help.partition(". ")
    return ("[REQUIRED] " if member.required else "") + sentence + stop.rstrip()


def output_json(operation: Operation) -> dict[str, str]:
    """A response's metadata with each member's name as its value, in the service model's order.

    The model lists the members of the body before those of the headers.
    """
    fields = sorted(operation.fields, key=lambda field: field.location is not HttpLocation.JSON)
    return {field.name: field.name for field in fields}
