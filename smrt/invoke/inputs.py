"""What goes into a call: options, the files that they point at, and the input documents."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from smrt.client.payload import BLOCK, spool
from smrt.errors import UsageError
from smrt.output.console import App
from smrt.protocol import parameters
from smrt.protocol.messages import veiled
from smrt.protocol.operations import Kind, Member, Operation
from smrt.protocol.parameters import Base64Error

from . import paramfile

STDIN = "-"
DEVICE = "/dev/stdin"
DOCUMENTS = {"cli_input_json": "--cli-input-json", "cli_input_yaml": "--cli-input-yaml"}
SKELETONS = ("input", "yaml-input")
"""The skeletons that need no valid input; the third kind, output, does."""


class Inputs(NamedTuple):
    """The parameters of a call; `flaw` is base64 that could not be read, told in its turn.

    `outfile` is the path that the command line names or points at.
    """

    values: dict[str, Any]
    flaw: Base64Error | None
    outfile: str | None

    def __repr__(self) -> str:
        return veiled(self, "values")


def gather(app: App, operation: Operation, given: Mapping[str, Any], binary_format: str) -> Inputs:
    """The parameters that options and documents name; an option wins over a document's key.

    Raises UsageError for what cannot be read, and for required options that nothing lifts.
    """
    _check_stdin(operation, given)
    document = _document_option(given)
    if document is None and given["generate_cli_skeleton"] not in SKELETONS:
        _require(operation, given)
    reader = _Reader(app, binary_format)
    values = {
        member.name: reader.option(member, given[member.name])
        for member in operation.members
        if given[member.name] is not None
    }
    outfile = reader.outfile(given.get("outfile"))
    if document is not None:
        values = {**reader.document(document, given[document]), **values}
        reader.decode(operation, values)
    return Inputs(values, reader.flaw, outfile)


class _Reader:
    """Reads values; keeps the first flaw in base64, which AWS CLI finds after other things."""

    def __init__(self, app: App, binary_format: str) -> None:
        self._app = app
        self._binary_format = binary_format
        self.flaw: Base64Error | None = None

    def option(self, member: Member, value: str) -> Any:
        """The value of an option, from the file that it points at."""
        if member.kind is Kind.BLOB:
            return self._blob(member, value)
        text: str | bytes = value
        if paramfile.is_reference(value):
            text = paramfile.read(value, member.flag, self._app.environ)
        return parameters.integer(text, member.flag) if member.kind is Kind.INTEGER else text

    def outfile(self, value: str | None) -> str | None:
        """The path of the outfile, from the file that the word points at."""
        if value is None or not paramfile.is_reference(value):
            return value
        return os.fsdecode(paramfile.read(value, "outfile", self._app.environ))

    def document(self, name: str, value: str) -> dict[str, Any]:
        """The parameters in an input document: literal, in a file, or on standard input."""
        from . import input_document

        text: str | bytes = value
        if value in (STDIN, DEVICE):
            text = self._app.console.stdin.read()
        elif paramfile.is_reference(value):
            text = paramfile.read(value, DOCUMENTS[name], self._app.environ)
        return input_document.parse_document(text, name.rpartition("_")[2])

    def decode(self, operation: Operation, values: dict[str, Any]) -> None:
        """Replace the blobs that a document gave as text; what an option overrides is gone."""
        for member in operation.members:
            text = values.get(member.name)
            if member.kind is Kind.BLOB and isinstance(text, str):
                values[member.name] = self._encoded(member, [text])

    def _blob(self, member: Member, value: str) -> bytes | BinaryIO:
        if value == STDIN:
            return self._held(spool(_blocks(self._app.console.stdin)))
        if value.startswith(paramfile.BYTES):
            return self._held(paramfile.open_bytes(value, member.flag))
        if value.startswith(paramfile.TEXT):
            return self._encoded(
                member, paramfile.text_pieces(value, member.flag, self._app.environ)
            )
        return self._encoded(member, [value])

    def _encoded(self, member: Member, pieces: Iterable[str]) -> bytes | BinaryIO:
        try:
            return self._held(
                spool(parameters.encode_blob(pieces, self._binary_format, member.flag))
            )
        except Base64Error as exc:
            self.flaw = self.flaw or exc
            return b""

    def _held(self, blob: bytes | BinaryIO) -> bytes | BinaryIO:
        """`blob`, which is closed when the command ends if it is a file."""
        if not isinstance(blob, bytes):
            self._app.held.callback(blob.close)
        return blob


def _require(operation: Operation, given: Mapping[str, Any]) -> None:
    missing = [m.flag for m in operation.members if m.required and given[m.name] is None]
    if missing:
        raise UsageError(
            f"the following arguments are required: {', '.join(missing)}",
            f"see smrt {operation.command} --help",
        )


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """What `stream` holds; a terminal is not asked again once it has said that this is all."""
    while block := stream.read(BLOCK):
        yield block
        if len(block) < BLOCK:
            return


def _check_stdin(operation: Operation, given: Mapping[str, Any]) -> None:
    """Standard input can be read once."""
    flags = {member.name: member.flag for member in operation.members}
    blobs = {member.name for member in operation.members if member.kind is Kind.BLOB}
    readers = [
        flag
        for name, flag in {**flags, **DOCUMENTS}.items()
        if given[name] in (paramfile.TEXT + DEVICE, paramfile.BYTES + DEVICE)
        or (name in blobs and given[name] == STDIN)
        or (name in DOCUMENTS and given[name] in (STDIN, DEVICE))
    ]
    if len(readers) > 1:
        raise UsageError(f"standard input can be read once: {' and '.join(readers)} name it")


def _document_option(given: Mapping[str, Any]) -> str | None:
    named = [name for name in DOCUMENTS if given[name] is not None]
    if len(named) > 1:
        raise UsageError("Only one --cli-input- parameter may be specified.")
    return named[0] if named else None
