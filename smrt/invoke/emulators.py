"""The hint for an emulator of the runtime whose S3 is not configured."""

from collections.abc import Iterator
from contextlib import contextmanager

from smrt.config.connection_options import ConnectionOptions
from smrt.config.partitions import partitions
from smrt.config.settings import settings
from smrt.errors import SmrtError
from smrt.protocol.urls import masked_url, parse_url
from smrt.s3.async_results import FAILED

from .invocation import Call

_SUFFIXES = ("dnsSuffix", "dualStackDnsSuffix")


@contextmanager
def emulator_hint(call: Call) -> Iterator[None]:
    """Add a hint to an error of AWS's S3, if the endpoint URL of the runtime is not one of AWS."""
    try:
        yield
    except SmrtError as exc:
        if exc.code != FAILED and _is_emulator(call.settings.endpoint_url) and _uses_aws_s3(call):
            exc.add_hints(
                f"{masked_url(str(call.settings.endpoint_url))} is the endpoint URL of the "
                "runtime only; for S3, set AWS_ENDPOINT_URL_S3"
            )
        raise


def _is_emulator(url: str | None) -> bool:
    """Whether the host of an endpoint URL does not belong to AWS."""
    if url is None:
        return False
    outputs = [partition["outputs"] for partition in partitions()["partitions"]]
    suffixes = tuple("." + one[name] for one in outputs for name in _SUFFIXES)
    return not parse_url(url).host.endswith(suffixes)


def _uses_aws_s3(call: Call) -> bool:
    """Whether no endpoint URL is configured for S3."""
    options = ConnectionOptions(region=call.settings.region)
    return settings(call.config, options, service="s3").endpoint_url is None
