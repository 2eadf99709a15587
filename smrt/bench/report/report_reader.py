"""Reads reports that `smrt bench --report FILE.json` wrote."""

import json
from collections.abc import Mapping
from typing import Any

from smrt.errors import UsageError

from .document import SCHEMA, VERSION


def read_report(path: str) -> Mapping[str, Any]:
    """The report in a file. Raises UsageError if it is none, or of a later version."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}") from exc
    except (ValueError, RecursionError) as exc:
        raise UsageError(f"{path} is not JSON: {exc}", "use a report ending in .json") from exc
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise UsageError(
            f"{path} is not a report of smrt bench", "write one with --report run.json"
        )
    if document.get("version") != VERSION:
        raise UsageError(
            f"{path} has version {document.get('version')} of the report, not {VERSION}",
            "compare reports of the same version of smrt",
        )
    return document
