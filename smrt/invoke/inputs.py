"""Reads the parameters of a call: from options, the files that they refer to, and documents."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from smrt.client.payload import BLOCK, spool
from smrt.config import configuration
from smrt.config.configuration import Config
from smrt.errors import UsageError
from smrt.named_tuple import NamedTuple
from smrt.output.console import App, check_encoding
from smrt.protocol import parameters
from smrt.protocol.messages import masked_repr
from smrt.protocol.operations import Kind, Member, Operation
from smrt.protocol.parameters import Base64Error

from . import paramfile
from .options import InvokeOptions

if TYPE_CHECKING:
    from .plain_body import PlainBody

STDIN = "-"
DEVICE = "/dev/stdin"
ALTERNATIVES = {
    "--endpoint-name": "SMRT_ENDPOINT_NAME sets a default endpoint",
    "--body": "--data @FILE sends a file, --data TEXT sends text, and --json sends JSON",
}
"""Hints on what can replace a required option."""
DEVICE_FILES = (paramfile.TEXT + DEVICE, paramfile.BYTES + DEVICE)


class Inputs(NamedTuple):
    """The parameters of a call. AWS CLI reports a `body_error` after configuration errors.

    `configured` are the names of those that come from the configuration.
    """

    operation: Operation
    values: dict[str, Any]
    config: Config
    body_error: Base64Error | None = None
    outfile: str | None = None
    configured: Collection[str] = ()

    def __repr__(self) -> str:
        return masked_repr(self, "values")


def read_inputs(app: App, operation: Operation, options: InvokeOptions) -> Inputs:
    """The parameters: options take precedence over input documents, these over the configuration.

    Raises UsageError for unreadable input and missing options, ConfigurationError for unreadable
    configuration; in the order in which AWS CLI checks.
    """
    check_encoding(app.environ)
    config = configuration.load(app.environ, options.shared.profile)
    defaults = configuration.parameters(config)
    reader = _Reader(app, configuration.binary_format(config, options.binary_format))
    documents = _documents(options)
    _check_stdin(operation, options, documents)
    if len(documents) > 1:
        raise UsageError("Only one --cli-input- parameter may be specified.")
    if not documents and not options.is_input_skeleton:
        _require(operation, options, defaults)
    values = {
        member.name: reader.option(member, options.parameters[member.name])
        for member in operation.members
        if member.name in options.parameters
    }
    types: dict[str, str] = {}
    if reader.body_error is not None:
        _correct(reader.body_error, options)
    if options.plain_body is not None:
        from .plain_body import PlainBody, default_types

        body = PlainBody(*options.plain_body)
        values["Body"], types = reader.plain_body(body, options), default_types(body)
    outfile = reader.outfile(options.outfile)
    for language, document in documents.items():
        values = {**reader.document(language, document), **values}
        reader.decode(operation, values)
    others = _known(operation, {**defaults, **types})
    configured = others.keys() - types.keys() - values.keys()
    values = {**others, **values}
    return Inputs(operation, values, config, reader.body_error, outfile, configured)


def _known(operation: Operation, values: dict[str, str]) -> dict[str, str]:
    """Those of `values` that are parameters of `operation`: streams have no content type."""
    names = [member.name for member in operation.members] if values else ()
    return {name: value for name, value in values.items() if name in names}


def _documents(options: InvokeOptions) -> dict[str, str]:
    """The input documents on the command line, by language."""
    documents = {"json": options.input_json, "yaml": options.input_yaml}
    return {language: value for language, value in documents.items() if value is not None}


class _Reader:
    """Reads values; `body_error` is the first error in base64, which AWS CLI reports last."""

    def __init__(self, app: App, binary_format: str) -> None:
        self._app = app
        self._binary_format = binary_format
        self.body_error: Base64Error | None = None

    def option(self, member: Member, value: str) -> Any:
        """The value of an option, or the content of the file that it refers to."""
        if member.kind is Kind.BLOB:
            return self._blob(member, value)
        text: str | bytes = value
        if paramfile.is_reference(value):
            text = paramfile.read(value, member.flag, self._app.environ)
        return parameters.integer(text, member.flag) if member.kind is Kind.INTEGER else text

    def plain_body(self, body: "PlainBody", options: InvokeOptions) -> bytes | BinaryIO:
        """The body of --data or --json."""
        if body.path == STDIN:
            return self._standard_input()
        from .plain_body import open_plain_body

        return self._closed_at_exit(open_plain_body(body, options))

    def outfile(self, value: str | None) -> str | None:
        """The path of the outfile, or the content of the file that it refers to."""
        if value is None or not paramfile.is_reference(value):
            return value
        return os.fsdecode(paramfile.read(value, "outfile", self._app.environ))

    def document(self, language: str, value: str) -> dict[str, Any]:
        """The parameters in an input document: inline, in a file, or on standard input."""
        from . import input_document

        option = f"--cli-input-{language}"
        text: str | bytes = value
        if value in (STDIN, DEVICE):
            text = self._app.console.stdin.read(paramfile.MAX_DOCUMENT + 1)
            paramfile.check_limit(text, STDIN, option, paramfile.MAX_DOCUMENT)
        elif paramfile.is_reference(value):
            text = paramfile.read(value, option, self._app.environ, paramfile.MAX_DOCUMENT)
        return input_document.parse_document(text, language)

    def decode(self, operation: Operation, values: dict[str, Any]) -> None:
        """Replace the text of blobs in a document by their bytes."""
        for member in operation.members:
            text = values.get(member.name)
            if member.kind is Kind.BLOB and isinstance(text, str):
                values[member.name] = self._decoded(member, [text])

    def _blob(self, member: Member, value: str) -> bytes | BinaryIO:
        if value == STDIN:
            return self._standard_input()
        if value.startswith(paramfile.BYTES):
            return self._closed_at_exit(paramfile.open_bytes(value, member.flag))
        if value.startswith(paramfile.TEXT):
            return self._decoded(
                member, paramfile.text_chunks(value, member.flag, self._app.environ)
            )
        return self._decoded(member, [value])

    def _standard_input(self) -> bytes | BinaryIO:
        return self._closed_at_exit(spool(_blocks(self._app.console.stdin)))

    def _decoded(self, member: Member, chunks: Iterable[str]) -> bytes | BinaryIO:
        try:
            return self._closed_at_exit(
                spool(parameters.encode_blob(chunks, self._binary_format, member.flag))
            )
        except Base64Error as exc:
            self.body_error = self.body_error or exc
            return b""

    def _closed_at_exit(self, blob: bytes | BinaryIO) -> bytes | BinaryIO:
        """`blob`; a file is closed when the command ends."""
        if not isinstance(blob, bytes):
            self._app.exit_stack.callback(blob.close)
        return blob


def _correct(error: Base64Error, options: InvokeOptions) -> None:
    """Replace the hints of --body by the line that was meant, if it is clear."""
    from .plain_body import plain_line

    line = plain_line(options)
    error.hints = () if line else error.hints
    error.add_hints(*filter(None, [line]))


def _require(operation: Operation, options: InvokeOptions, defaults: Mapping[str, str]) -> None:
    names = {*defaults, *options.parameters, *(["Body"] if options.plain_body else [])}
    missing = [m.flag for m in operation.members if m.required and m.name not in names]
    if missing:
        raise UsageError(
            f"the following arguments are required: {', '.join(missing)}",
            *(ALTERNATIVES[flag] for flag in missing if flag in ALTERNATIVES),
            f"see {' '.join(options.line[:2]) or f'smrt {operation.command}'} --help",
        )


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The content of `stream`; a terminal is not read again after Ctrl-D."""
    while block := stream.read(BLOCK):
        yield block
        if len(block) < BLOCK:
            return


def _check_stdin(
    operation: Operation, options: InvokeOptions, documents: Mapping[str, str]
) -> None:
    """Raise UsageError if standard input would be read more than once."""
    parameters, body = options.parameters, options.plain_body
    readers = [
        member.flag
        for member in operation.members
        if member.name in parameters and _reads_stdin(member, parameters[member.name])
    ]
    if body is not None and body[1] in (f"@{STDIN}", f"@{DEVICE}"):
        readers.append(body[0])
    readers += [
        f"--cli-input-{language}"
        for language, value in documents.items()
        if value in (STDIN, DEVICE, *DEVICE_FILES)
    ]
    if len(readers) > 1:
        raise UsageError(f"standard input can be read only once, not by {' and '.join(readers)}")


def _reads_stdin(member: Member, value: str) -> bool:
    return value in DEVICE_FILES or (member.kind is Kind.BLOB and value == STDIN)
