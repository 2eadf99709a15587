"""Counts what a run would send: --dry-run."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

from .batch_input import InputKind, input_kind, listed_input, open_source
from .batch_session import Session
from .job.disk.job_files import Files, storing
from .job.spool import spool_input
from .records.packing import Pack, pack_limits, pack_records
from .records.rendering import make_renderer


def count_requests(session: Session) -> Mapping[str, Any]:
    """The records, requests and bytes of a first run, without retries. Raises UsageError."""
    with ExitStack() as stack:
        return _count(session, stack)


def _count(session: Session, stack: ExitStack) -> Mapping[str, Any]:
    options = session.options
    kind = input_kind(options)
    folder = stack.enter_context(TemporaryDirectory(prefix="smrt-"))
    source = open_source(options, kind, _stored(session, kind, folder), session.target)
    make_renderer(options.data, source.format, source.header)
    limits = pack_limits(options.data, source.header)
    requests = records = errors = size = 0
    for partition in source.layout(size=options.partition_size).all_partitions():
        for item in pack_records(source.read(partition), limits):
            if isinstance(item, Pack):
                requests, size = requests + 1, size + len(item.body)
                records += len(item.records)
            else:
                errors += 1
    return {
        "totalRecordCount": records + errors,
        "errorRecordCount": errors,
        "requestCount": requests,
        "requestBytes": size,
        "format": source.format,
    }


def _stored(session: Session, kind: InputKind, folder: str) -> str:
    """Save standard input, or the list of a folder; return the path."""
    path = os.path.join(folder, "input")
    with storing(path):
        if kind is InputKind.STREAM:
            spool_input(Files(), path, session.console.stdin)
        if kind is InputKind.FILES:
            with open(path, "wb") as file:
                file.writelines(listed_input(session.options, session.target)[1])
    return path
