"""What a worker reports to the run: its progress, and its end, as lines of JSON."""

import json
from collections.abc import Mapping
from typing import Any

from smrt.batching.batch_report import MaxErrorsError, RequestCounts
from smrt.batching.sending.monitor import Progress
from smrt.batching.sending.request_budget import MaxRequestsError
from smrt.batching.sending.send import Sent
from smrt.batching.sending.tally import Tally
from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError, UsageError

WorkerReport = Progress | Sent
_ERRORS: Mapping[str, type[SmrtError]] = {
    kind.__name__: kind
    for kind in (UsageError, ConfigurationError, TransportError, MaxErrorsError, MaxRequestsError)
}


def encode_report(report: WorkerReport) -> bytes:
    """The report as a line."""
    if isinstance(report, Progress):
        value = {**report._asdict(), "tally": report.tally.values()}
    else:
        value = {**report._asdict(), "failure": report.failure and _error_value(report.failure)}
    return json.dumps(value, default=str).encode() + b"\n"


def decode_report(line: bytes) -> WorkerReport:
    """The report in a line."""
    value = json.loads(line)
    if "tally" in value:
        return Progress(**{**value, "tally": Tally.of(value["tally"])})
    failure = value["failure"]
    return Sent(
        RequestCounts(*value["requests"]),
        None if failure is None else _error(failure),
        value["is_interrupted"],
    )


def _error_value(error: SmrtError) -> dict[str, Any]:
    kind = next((kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _ERRORS), "")
    value = {"kind": kind, "message": error.message, "hints": error.hints, "code": error.code}
    if isinstance(error, ServiceError):
        return {**value, "response": error.response, "operation": error.operation_name}
    return value


def _error(value: Mapping[str, Any]) -> SmrtError:
    if "response" in value:
        return ServiceError(value["response"], value["operation"], *value["hints"])
    kind = _ERRORS.get(value["kind"], SmrtError)
    return kind(value["message"], *value["hints"], code=value["code"])
