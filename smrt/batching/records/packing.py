"""Packs records into requests: one each, or as many as fit (--batch-strategy MultiRecord)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from smrt.protocol.messages import masked_repr

from .data_options import DataOptions
from .record import Record, RecordError

DEFAULT_PAYLOAD_IN_MB = 6
"""Batch Transform's MaxPayloadInMB for several records in a request."""


class Pack(NamedTuple):
    """The records of one request, and its body."""

    records: Sequence[Record]
    body: bytes
    parameters: Mapping[str, Any]

    def __repr__(self) -> str:
        return masked_repr(self, "body", "parameters")


class PackLimits(NamedTuple):
    """The most that a request takes; `records` and `size` (bytes) are None without a limit.

    `header` is the row that stands above the records of each request.
    """

    records: int | None = 1
    size: int | None = None
    header: bytes = b""


def pack_limits(options: DataOptions, header: bytes = b"") -> PackLimits:
    """The limits that the options set; 0 MB is no limit, as in Batch Transform."""
    is_multiple = options.batch_strategy == "MultiRecord"
    megabytes = options.max_payload_in_mb
    if megabytes is None:
        megabytes = DEFAULT_PAYLOAD_IN_MB if is_multiple else 0
    records = options.max_records_per_request if is_multiple else 1
    sent_header = header + b"\n" if options.header == "keep" else b""
    return PackLimits(records, megabytes << 20 or None, sent_header)


def pack_records(
    records: Iterable[Record | RecordError], limits: PackLimits
) -> Iterator[Pack | RecordError]:
    """The requests for `records`, in their order; errors pass as they are, and may overtake.

    Records share a request if their parameters are the same. A record that is larger than a
    request may be is an error.
    """
    packed: list[Record] = []
    size = len(limits.header)
    for record in records:
        if isinstance(record, RecordError):
            yield record
            continue
        length = len(record.body) + 1
        if limits.size and len(limits.header) + length - 1 > limits.size:
            yield _too_large(record, limits.size)
            continue
        if packed and not _fits(record, packed, size + length - 1, limits):
            yield make_pack(packed, limits)
            packed, size = [], len(limits.header)
        packed.append(record)
        size += length
    if packed:
        yield make_pack(packed, limits)


def make_pack(records: Sequence[Record], limits: PackLimits) -> Pack:
    """One request with `records`, a line each."""
    body = b"\n".join([record.body for record in records])
    return Pack(records, limits.header + body, records[0].parameters)


def halve_pack(pack: Pack, limits: PackLimits) -> tuple[Pack, Pack]:
    """The two halves of a request with several records."""
    middle = len(pack.records) // 2
    return make_pack(pack.records[:middle], limits), make_pack(pack.records[middle:], limits)


def _fits(record: Record, packed: Sequence[Record], size: int, limits: PackLimits) -> bool:
    return (
        (limits.records is None or len(packed) < limits.records)
        and (limits.size is None or size <= limits.size)
        and record.parameters == packed[0].parameters
    )


def _too_large(record: Record, size: int) -> RecordError:
    message = f"the record has {len(record.body)} bytes, --max-payload-in-mb permits {size}"
    return RecordError(record.offset, record.record_id, "RecordTooLarge", message, record.source)
