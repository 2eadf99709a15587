"""What goes into a call: options, the files that they point at, and the input documents."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from smrt.client.payload import BLOCK, spool
from smrt.config import configuration
from smrt.config.configuration import Config
from smrt.errors import UsageError
from smrt.output.console import App, check_encoding
from smrt.protocol import parameters
from smrt.protocol.messages import masked_repr
from smrt.protocol.operations import Kind, Member, Operation
from smrt.protocol.parameters import Base64Error

from . import paramfile
from .options import InvokeOptions

STDIN = "-"
DEVICE = "/dev/stdin"
DEVICE_FILES = (paramfile.TEXT + DEVICE, paramfile.BYTES + DEVICE)


class Inputs(NamedTuple):
    """The parameters of a call; `flaw` is base64 that could not be read, told in its turn.

    `outfile` is the path that the command line names or points at.
    """

    operation: Operation
    values: dict[str, Any]
    config: Config
    body_error: Base64Error | None = None
    outfile: str | None = None

    def __repr__(self) -> str:
        return masked_repr(self, "values")


def read_inputs(app: App, operation: Operation, options: InvokeOptions) -> Inputs:
    """The parameters that options and documents name; an option wins over a document's key.

    Raises UsageError for what cannot be read, and for required options that nothing lifts;
    ConfigurationError for configuration that cannot be read. Both come in AWS CLI's order.
    """
    check_encoding(app.environ)
    config = configuration.load(app.environ, options.shared.profile)
    reader = _Reader(app, configuration.binary_format(config, options.binary_format))
    documents = _documents(options)
    _check_stdin(operation, options.parameters, documents)
    if len(documents) > 1:
        raise UsageError("Only one --cli-input- parameter may be specified.")
    if not documents and not options.is_input_skeleton:
        _require(operation, options.parameters)
    values = {
        member.name: reader.option(member, options.parameters[member.name])
        for member in operation.members
        if member.name in options.parameters
    }
    outfile = reader.outfile(options.outfile)
    for language, document in documents.items():
        values = {**reader.document(language, document), **values}
        reader.decode(operation, values)
    return Inputs(operation, values, config, reader.flaw, outfile)


def _documents(options: InvokeOptions) -> dict[str, str]:
    """The input documents that are named, by their languages."""
    documents = {"json": options.input_json, "yaml": options.input_yaml}
    return {language: value for language, value in documents.items() if value is not None}


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

    def document(self, language: str, value: str) -> dict[str, Any]:
        """The parameters in an input document: literal, in a file, or on standard input."""
        from . import input_document

        text: str | bytes = value
        if value in (STDIN, DEVICE):
            text = self._app.console.stdin.read()
        elif paramfile.is_reference(value):
            text = paramfile.read(value, f"--cli-input-{language}", self._app.environ)
        return input_document.parse_document(text, language)

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
            self._app.exit_stack.callback(blob.close)
        return blob


def _require(operation: Operation, parameters: Mapping[str, str]) -> None:
    missing = [m.flag for m in operation.members if m.required and m.name not in parameters]
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


def _check_stdin(
    operation: Operation, parameters: Mapping[str, str], documents: Mapping[str, str]
) -> None:
    """Standard input can be read once."""
    readers = [
        member.flag
        for member in operation.members
        if member.name in parameters and _reads_stdin(member, parameters[member.name])
    ]
    readers += [
        f"--cli-input-{language}"
        for language, value in documents.items()
        if value in (STDIN, DEVICE, *DEVICE_FILES)
    ]
    if len(readers) > 1:
        raise UsageError(f"standard input can be read only once, not by {' and '.join(readers)}")


def _reads_stdin(member: Member, value: str) -> bool:
    return value in DEVICE_FILES or (member.kind is Kind.BLOB and value == STDIN)
