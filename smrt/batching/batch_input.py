"""The input of a batch: what kind it is, how a job knows it, and its source of records."""

import os
from collections.abc import Iterator, Mapping
from enum import Enum
from tempfile import TemporaryFile
from typing import Any

from smrt.errors import UsageError

from .batch_options import STANDARD_STREAM, BatchOptions, is_s3
from .records.data_options import DataOptions
from .records.file_listing import FileListing, write_listing
from .records.input_file import InputFile
from .records.source import Source, open_files, open_lines, sends_files
from .sending.target import Target

STDIN_TITLE = "standard input"
CONTENT_TYPES = {
    "json": "application/json",
    "bedrock": "application/json",
    "openai": "application/json",
    "csv": "text/csv",
    "text": "text/plain",
}
"""The content type of the bodies of a format, if no option says another."""
JSON_LINES = "application/jsonlines"
OBJECT_SLASHES = 3
"""The slashes of the S3 URI of an object, at least; one with fewer is a bucket."""


class InputKind(Enum):
    """Where records come from."""

    LINES = "the lines of a file"
    FILES = "whole files"
    STREAM = "the lines of standard input"

    @property
    def is_stored(self) -> bool:
        """Whether the job folder holds the input, or a list of it."""
        return self is not InputKind.LINES


def input_kind(options: BatchOptions) -> InputKind:
    """The kind of the input. Raises UsageError if the output does not go with it."""
    if options.input == STANDARD_STREAM:
        return InputKind.STREAM
    if not is_s3(options.input) and options.data.s3_data_type:
        raise UsageError("--s3-data-type is for an INPUT in S3", "name it as s3://BUCKET/PREFIX")
    is_list = _sends_objects if is_s3(options.input) else sends_files
    kind = InputKind.FILES if is_list(options.input, options.data) else InputKind.LINES
    if kind is InputKind.FILES and options.prints_results:
        raise UsageError("the results of whole files cannot be printed", "name a folder as OUTPUT")
    if kind is InputKind.FILES and options.errors is not None:
        raise UsageError("--errors is for records that are lines, not whole files")
    _check_output(options, kind)
    return kind


def _sends_objects(uri: str, options: DataOptions) -> bool:
    """Whether whole objects are the records: those under a prefix, or of a manifest."""
    is_prefix = uri.endswith("/") or bool(options.s3_data_type) or uri.count("/") < OBJECT_SLASHES
    if is_prefix and options.split_type == "Line":
        raise UsageError(
            f"{uri} is a prefix, and --split-type Line reads the lines of one object",
            "run smrt batch once for each object, or join the objects first",
        )
    return is_prefix or options.split_type == "None"


def input_identity(options: BatchOptions, kind: InputKind, target: Target) -> Mapping[str, Any]:
    """What job.json has about the input. Raises UsageError if it cannot be read."""
    if kind is InputKind.STREAM:
        return {"Path": STANDARD_STREAM}
    if is_s3(options.input):
        return _identity_in_s3(options, kind, target)
    if kind is InputKind.FILES:
        return {"Path": os.path.abspath(options.input)}
    identity = InputFile(options.input).identity
    return {"Path": identity.path, "Size": identity.size, "ModifiedAt": identity.mtime_ns}


def open_source(options: BatchOptions, kind: InputKind, stored: str, target: Target) -> Source:
    """The records; `stored` is the path of a spool or a list. Raises UsageError."""
    data = options.data
    if is_s3(options.input):
        return _open_in_s3(options, kind, stored, target)
    if kind is InputKind.FILES:
        return open_files(stored, _folder(options.input), data)
    path, title = (stored, STDIN_TITLE) if kind is InputKind.STREAM else (options.input, "")
    return open_lines(path, data, target.operation, target.parameters, title)


def content_type(options: BatchOptions, source: Source) -> str:
    """The content type of bodies that no option or record says."""
    default = CONTENT_TYPES.get(source.format, "")
    packs_lines = options.data.batch_strategy == "MultiRecord"
    return JSON_LINES if packs_lines and default == "application/json" else default


def _identity_in_s3(options: BatchOptions, kind: InputKind, target: Target) -> Mapping[str, Any]:
    if kind is InputKind.FILES:
        return {"Path": options.input}
    from .storage.connecting import target_store
    from .storage.s3_input import S3Input

    identity = S3Input(target_store(target), options.input).identity
    return {"Path": identity.path, "Size": identity.size, "ETag": identity.etag}


def _open_in_s3(options: BatchOptions, kind: InputKind, stored: str, target: Target) -> Source:
    from .storage.connecting import target_store
    from .storage.s3_source import open_objects, open_s3_lines

    store, data = target_store(target), options.data
    if kind is InputKind.FILES:
        return open_objects(store, stored, data, options.input)
    return open_s3_lines(store, options.input, data, target.operation, target.parameters)


def listed_input(options: BatchOptions, target: Target) -> tuple[FileListing, Iterator[bytes]]:
    """What a folder or a prefix contains, and the lines of its list."""
    if not is_s3(options.input):
        return _listed_lines(options.input)
    from .storage.connecting import target_store
    from .storage.s3_listing import object_lines

    lines = object_lines(target_store(target), options.input, options.data.s3_data_type)
    return FileListing(0, 0, 0), lines


def _listed_lines(path: str) -> tuple[FileListing, Iterator[bytes]]:
    file = TemporaryFile()  # noqa: SIM115 - closed by the iterator
    listing = write_listing(path, file)
    file.seek(0)

    def lines() -> Iterator[bytes]:
        with file:
            yield from file

    return listing, lines()


def _folder(path: str) -> str:
    """The folder below which the files of a list are."""
    return path if os.path.isdir(path) else os.path.dirname(path)


def _check_output(options: BatchOptions, kind: InputKind) -> None:
    """Raise UsageError for an OUTPUT that would not be what it is."""
    path, errors = options.output, options.errors
    if errors is not None and _is_same(errors, options.input):
        raise UsageError(f"--errors would replace the input: {errors}")
    if options.prints_results or is_s3(path) or not os.path.exists(path):
        return
    if _is_same(path, options.input):
        raise UsageError(f"INPUT and OUTPUT are the same: {path}")
    if os.path.isdir(path) != (kind is InputKind.FILES):
        noun = "a folder" if os.path.isdir(path) else "a file"
        expected = "a folder for whole files, else a file"
        raise UsageError(f"OUTPUT {path} is {noun}", f"OUTPUT is {expected}")


def _is_same(one: str, other: str) -> bool:
    """Whether two paths lead to one file."""
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)
