"""Which format an input has: from the options, the name of the file, or its first record."""

from collections.abc import Mapping

from .data_options import DataOptions
from .json_text import JsonError, json_members, json_text
from .record_formats import WRAPPERS

_BY_SUFFIX = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".txt": "text",
}
_BY_CONTENT_TYPE = {
    "application/json": "json",
    "application/jsonlines": "json",
    "application/x-jsonlines": "json",
    "application/x-ndjson": "json",
    "text/csv": "csv",
    "text/plain": "text",
}


def detect_format(path: str, first_line: bytes, options: DataOptions) -> str:
    """The format: --format, else by the content type, the suffix, or the first record.

    Objects whose first is a wrapper, without other names, are of that wrapper's form, whatever
    the content type of their bodies.
    """
    if options.format:
        return options.format
    members = _members(first_line)
    wrapped = [
        name
        for name, wrapper in WRAPPERS.items()
        if wrapper.required <= members.keys() <= wrapper.names
    ]
    if wrapped:
        return wrapped[0]
    named = _by_content_type(options.content_type) or _by_suffix(path)
    return named or ("json" if first_line.lstrip().startswith((b"{", b"[")) else "text")


def _members(line: bytes) -> Mapping[str, str]:
    try:
        return json_members(json_text(line))
    except JsonError:
        return {}


def _by_content_type(content_type: str) -> str:
    return _BY_CONTENT_TYPE.get(content_type.partition(";")[0].strip().lower(), "")


def _by_suffix(path: str) -> str:
    name = path.lower().removesuffix(".gz")
    return next((form for suffix, form in _BY_SUFFIX.items() if name.endswith(suffix)), "")
