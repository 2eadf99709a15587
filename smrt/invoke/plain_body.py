"""The body of --data and --json: text as it is, the bytes of a file, or standard input."""

import os
from typing import BinaryIO, NamedTuple

from smrt.errors import UsageError
from smrt.protocol.messages import masked_repr

from . import paramfile
from .command_line import corrected
from .option_table import DATA, JSON
from .options import InvokeOptions

JSON_TYPE = "application/json"


class PlainBody(NamedTuple):
    """A body that is sent as it is: `flag` is --data or --json."""

    flag: str
    value: str

    def __repr__(self) -> str:
        return masked_repr(self, "value")

    @property
    def path(self) -> str | None:
        """The file after @; None for text."""
        return self.value[1:] if self.value.startswith("@") else None


def open_plain_body(body: PlainBody, options: InvokeOptions) -> bytes | BinaryIO:
    """The bytes of the text, or the open file. Raises UsageError if it cannot be opened."""
    if paramfile.is_reference(body.value):
        raise UsageError(
            f"{body.flag} takes TEXT, @FILE or @-, received: {body.value}",
            corrected(options.line, body.flag, body.flag, f"@{paramfile.path_in(body.value)}"),
        )
    if body.path is None:
        return os.fsencode(body.value)
    try:
        return open(os.path.expanduser(body.path), "rb")
    except OSError as exc:
        raise UsageError(
            f"cannot read '{body.path}' ({body.flag}): {exc.strerror}",
            f"to send text that starts with @, use {body.flag} @- and standard input",
        ) from exc


def default_types(body: PlainBody) -> dict[str, str]:
    """The content type and accept of a call that names none: JSON, or by the file's suffix."""
    if body.flag == JSON.flag:
        return {"ContentType": JSON_TYPE, "Accept": JSON_TYPE}
    from smrt.protocol.media_suffixes import content_type_by_suffix

    content_type = content_type_by_suffix(body.path) if body.path else None
    return {"ContentType": content_type} if content_type else {}


def plain_line(options: InvokeOptions) -> str | None:
    """The command line with a --body that is no base64 as it was meant; None if that is unclear."""
    value = options.parameters["Body"]
    if value.startswith(paramfile.TEXT):
        return corrected(options.line, "--body", DATA.flag, f"@{paramfile.path_in(value)}")
    if value.startswith("@"):
        return corrected(options.line, "--body", DATA.flag, value)
    if os.path.isfile(value):
        return corrected(options.line, "--body", DATA.flag, f"@{value}")
    if value.lstrip().startswith(("{", "[")):
        return corrected(options.line, "--body", JSON.flag, value)
    return None
