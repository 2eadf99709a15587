"""JSON as text: the values inside an object or an array, byte for byte as they were written.

Numbers keep their digits and strings their escapes, as nothing is parsed and written again.
"""

import json
import re
from typing import Any, ClassVar, NoReturn

from smrt.errors import SmrtError

_space = re.compile(r"[ \t\n\r]*").match
_mark = re.compile(r"[ \t\n\r]*([{}\[\],])[ \t\n\r]*").match
_member = re.compile(r'"((?:[^"\\\x00-\x1f]|\\.)*)"[ \t\n\r]*:[ \t\n\r]*').match
_LINE_BREAK = re.compile(rb"[\r\n][ \t\r\n]*")
_skip_value = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode
"""Finds the end of a value; numbers that nobody needs stay text, which is faster."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _reject(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_reject).decode
_check = json.JSONDecoder(parse_constant=_reject, parse_float=str, parse_int=str).decode


class JsonError(SmrtError):
    """The text is not the JSON that was expected."""

    default_code: ClassVar[str] = "InvalidJson"


def json_members(text: str) -> dict[str, str]:
    """The text of each value in a JSON object; JsonError if it is none."""
    members: dict[str, str] = {}
    at, is_last = _open(text, "{", "}")
    while not is_last:
        head = _member(text, at)
        if not head:
            raise JsonError(f"not JSON: a name is missing at character {at}")
        name, start = head[1], head.end()
        end = _end(text, start)
        members[parse_value(f'"{name}"') if "\\" in name else name] = text[start:end]
        at, is_last = _next(text, end, "}")
    return members


def json_items(text: str) -> list[str]:
    """The text of each value in a JSON array; JsonError if it is none."""
    items: list[str] = []
    at, is_last = _open(text, "[", "]")
    while not is_last:
        end = _end(text, at)
        items.append(text[at:end])
        at, is_last = _next(text, end, "]")
    return items


def one_line(body: bytes) -> bytes | None:
    """A JSON document on one line; None if `body` is no JSON (RFC 8259)."""
    try:
        _check(body.decode())
    except (ValueError, RecursionError):
        return None
    body = body.strip()
    return _LINE_BREAK.sub(b"", body) if b"\n" in body or b"\r" in body else body


def json_bytes(value: Any) -> bytes:
    """`value` as JSON, in ASCII where it is no valid Unicode."""
    if type(value) is int:  # the numbers of records, of which there are millions
        return b"%d" % value
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def json_text(document: bytes) -> str:
    """The text of a JSON document; JsonError if it is not UTF-8."""
    try:
        return document.decode()
    except UnicodeDecodeError as exc:
        raise JsonError(f"not UTF-8 at byte {exc.start}") from exc


def parse_value(text: str) -> Any:
    """The value of a JSON text; JsonError if it is none."""
    try:
        return _decode(text)
    except ValueError as exc:
        raise JsonError(f"not JSON: {exc}") from exc
    except RecursionError as exc:
        raise JsonError("nested too deeply") from exc


def _open(text: str, mark: str, close: str) -> tuple[int, bool]:
    """Where the first value or name starts, and whether there is none."""
    match = _mark(text)
    if not match or match[1] != mark:
        raise JsonError("not a JSON object" if mark == "{" else "not a JSON array")
    if not text.startswith(close, match.end()):
        return match.end(), False
    _check_end(text, match.end() + 1)
    return match.end(), True


def _end(text: str, at: int) -> int:
    """Where the value that starts at `at` ends."""
    try:
        return _skip_value(text, at)[1]
    except ValueError as exc:
        raise JsonError(f"not JSON: {exc}") from exc
    except RecursionError as exc:
        raise JsonError("nested too deeply") from exc


def _next(text: str, at: int, close: str) -> tuple[int, bool]:
    """Where the next value or name starts, and whether the document has ended."""
    match = _mark(text, at)
    if not match or match[1] not in (",", close):
        raise JsonError(f"not JSON: a comma is missing at character {at}")
    if match[1] == ",":
        return match.end(), False
    _check_end(text, match.end())
    return match.end(), True


def _check_end(text: str, at: int) -> None:
    if _space(text, at).end() != len(text):  # type: ignore[union-attr]  # it matches "" too
        raise JsonError(f"not JSON: more text follows at character {at}")
