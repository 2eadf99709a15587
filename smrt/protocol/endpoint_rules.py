"""The endpoint URL of SageMaker's runtime API in a region, from botocore's partition data.

Follows the service's endpoint rule set; `partitions` is the content of botocore's partitions.json.
"""

from collections.abc import Mapping
from typing import Any

from smrt.errors import ConfigurationError

Partition = Mapping[str, Any]


def url(
    region: str, partitions: Mapping[str, Any], *, fips: bool = False, dualstack: bool = False
) -> str:
    """The endpoint URL of the service in `region`.

    Raises ConfigurationError if the region is empty or its partition has no such endpoint.
    """
    if not region:
        raise _without_region()
    outputs = partition(region, partitions)["outputs"]
    _check(outputs, fips=fips, dualstack=dualstack)
    if dualstack:
        service = "sagemaker-fips" if fips else "sagemaker"
        return f"https://runtime.{service}.{region}.{outputs['dualStackDnsSuffix']}"
    host = _FIPS_HOSTS.get(outputs["name"], "runtime.sagemaker-fips") if fips else _HOST
    return f"https://{host}.{region}.{outputs['dnsSuffix']}"


def http2_url(
    region: str, partitions: Mapping[str, Any], *, fips: bool = False, dualstack: bool = False
) -> str:
    """The endpoint URL of the service for bidirectional streams, which has rules of its own.

    Raises ConfigurationError if the region is empty or its partition has no such endpoint.
    """
    from .bidirectional.bidirectional_operation import RUNTIME_HTTP2

    if not region:
        raise _without_region()
    outputs = partition(region, partitions)["outputs"]
    _check(outputs, fips=fips, dualstack=dualstack)
    host = "runtime-fips.sagemaker" if fips else _HOST
    suffix = outputs["dualStackDnsSuffix" if dualstack else "dnsSuffix"]
    return f"https://{host}.{region}.{suffix}:{RUNTIME_HTTP2.port}"


_HOST = "runtime.sagemaker"
_FIPS_HOSTS = {"aws": "runtime-fips.sagemaker", "aws-us-gov": _HOST}


def partition(region: str, partitions: Mapping[str, Any]) -> Partition:
    """The partition that lists `region`, else the one whose pattern matches, else the first."""
    candidates: list[Partition] = partitions["partitions"]
    for candidate in candidates:
        if region in candidate["regions"]:
            return candidate
    import re

    for candidate in candidates:
        if re.match(candidate["regionRegex"], region):
            return candidate
    return candidates[0]


def pseudo(region: str) -> tuple[str, bool]:
    """The region in a name like fips-us-east-1 or us-east-1-fips, and whether it is such a name."""
    plain = region.replace("fips-", "").replace("-fips", "")
    return plain, plain != region


def is_region(text: str) -> bool:
    """Whether `text` is a valid region name: a host label, or empty."""
    letters = text.replace("-", "")
    return not text or (
        text.isascii()
        and letters.isalnum()
        and not text.isdigit()
        and len(text) <= 63  # noqa: PLR2004 - RFC 1035, 2.3.4
        and text[0] != "-" != text[-1]
    )


def _without_region() -> ConfigurationError:
    return ConfigurationError(
        "Invalid endpoint: https://runtime.sagemaker..amazonaws.com",
        "the region is empty: set one, as in --region us-east-1",
    )


def _check(outputs: Partition, *, fips: bool, dualstack: bool) -> None:
    unsupported = [
        kind
        for kind, requested, key in (
            ("FIPS", fips, "supportsFIPS"),
            ("dual-stack", dualstack, "supportsDualStack"),
        )
        if requested and not outputs[key]
    ]
    if unsupported:
        kinds = " or ".join(unsupported)
        raise ConfigurationError(
            f"the partition {outputs['name']} has no {kinds} endpoints", _REMEDY
        )


_REMEDY = (
    "choose another region, or disable the setting: AWS_USE_FIPS_ENDPOINT, "
    "AWS_USE_DUALSTACK_ENDPOINT, use_fips_endpoint, use_dualstack_endpoint"
)
