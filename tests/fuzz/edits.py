"""Random edits of bytes, as data: a case prints them, and is smaller without some of them."""

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

EVERYTHING = 1 << 30
DOCUMENTS = (b"", b"[]", b"null", b"0", b'""', b"{}", b"[[]]", b'"\\ud800"', b"\xff\xfe", b"<a/>")
"""Documents that are valid, but not the expected ones."""
TOKENS = (
    *DOCUMENTS,
    *(b"\0", b"\r\n", b"\n", b"\r", b" ", b":", b";", b"%", b"\x80", b"\xc3", b"=", b"[", b"{"),
    *(b"-1", b"1e999", b"NaN", b"9" * 20, b"9" * 5000, b"+5", b"0x10", b"1_0", b"\xd9\xa1"),
    *(b"\r\n\r\n", b"\r\n ", b"true", b"'", b'"', b"\x1b[2J", b"A" * 300, b"A" * 70_000),
)
"""Bytes on which parsers differ."""


class Edit(NamedTuple):
    """Replaces `length` bytes at `offset` by others."""

    offset: int
    length: int
    inserted: bytes = b""


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """`data` after the edits, one after another."""
    for offset, length, inserted in edits:
        data = data[:offset] + inserted + data[offset + length :]
    return data


def random_edits(random: Random, data: bytes, most: int = 3) -> tuple[Edit, ...]:
    """Edits of `data`: other bytes, other numbers, bytes that are missing or repeated."""
    return tuple(_random_edit(random, data) for _ in range(random.randint(1, most)))


def _random_edit(random: Random, data: bytes) -> Edit:
    offset = random.randrange(len(data) + 1)
    match random.randrange(7):
        case 0:
            return Edit(offset, 1, random.randbytes(1))
        case 1:
            return Edit(offset, random.randint(1, 16))
        case 2:
            return Edit(offset, 0, data[offset : offset + random.randint(1, 64)])
        case 3:
            return _random_value(random, data)
        case 4:
            return Edit(0, EVERYTHING, random.choice(DOCUMENTS))
        case 5:
            return _random_digits(random, data)
        case _:
            return Edit(offset, random.choice((0, 0, 1, 8)), random.choice(TOKENS))


def _random_digits(random: Random, data: bytes) -> Edit:
    """Another number, mostly of the same length: a time, a size or a status."""
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return Edit(0, 0)
    start, end = random.choice(numbers).span()
    same = [digit * (end - start) for digit in (b"0", b"9", b"%d" % random.randrange(10))]
    return Edit(start, end - start, random.choice((*same, b"9" * 20, b"-1")))


def _random_value(random: Random, data: bytes) -> Edit:
    """Another value for a header, a member of a JSON object or a setting."""
    separators = [at for at, byte in enumerate(data) if byte in b":=>"]
    start = random.choice(separators) + 1 if separators else 0
    length = len(data[start:].splitlines()[0].split(b",")[0]) if data[start:].strip() else 0
    return Edit(start, length, random.choice(TOKENS))
