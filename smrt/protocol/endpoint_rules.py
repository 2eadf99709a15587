"""From a region to the address of SageMaker's runtime API, by botocore's partition data.

The rules are those of the service's endpoint rule set; `partitions` is botocore's partitions.json.
"""

from collections.abc import Mapping
from typing import Any

from smrt.errors import ConfigurationError

Partition = Mapping[str, Any]


def url(
    region: str, partitions: Mapping[str, Any], *, fips: bool = False, dualstack: bool = False
) -> str:
    """The address of the service in `region`.

    Raises ConfigurationError where the region is empty or its partition has no such endpoint.
    """
    if not region:
        raise ConfigurationError(
            "Invalid endpoint: https://runtime.sagemaker..amazonaws.com",
            "the region is set, but empty: name one, as in --region us-east-1",
        )
    outputs = partition(region, partitions)["outputs"]
    _check(outputs, fips=fips, dualstack=dualstack)
    if dualstack:
        service = "sagemaker-fips" if fips else "sagemaker"
        return f"https://runtime.{service}.{region}.{outputs['dualStackDnsSuffix']}"
    host = _FIPS_HOSTS.get(outputs["name"], "runtime.sagemaker-fips") if fips else _HOST
    return f"https://{host}.{region}.{outputs['dnsSuffix']}"


_HOST = "runtime.sagemaker"
_FIPS_HOSTS = {"aws": "runtime-fips.sagemaker", "aws-us-gov": _HOST}


def partition(region: str, partitions: Mapping[str, Any]) -> Partition:
    """The partition that lists `region`, else the one whose pattern fits it, else the first."""
    every: list[Partition] = partitions["partitions"]
    for each in every:
        if region in each["regions"]:
            return each
    import re

    for each in every:
        if re.match(each["regionRegex"], region):
            return each
    return every[0]


def pseudo(region: str) -> tuple[str, bool]:
    """The region that a name like fips-us-east-1 or us-east-1-fips means, and whether it did."""
    plain = region.replace("fips-", "").replace("-fips", "")
    return plain, plain != region


def is_region(text: str) -> bool:
    """Whether `text` can be a region: a host label, or nothing at all."""
    letters = text.replace("-", "")
    return not text or (
        text.isascii()
        and letters.isalnum()
        and not text.isdigit()
        and len(text) <= 63  # noqa: PLR2004 - RFC 1035, 2.3.4
        and text[0] != "-" != text[-1]
    )


def _check(outputs: Partition, *, fips: bool, dualstack: bool) -> None:
    lacking = [
        word
        for word, asked, key in (
            ("FIPS", fips, "supportsFIPS"),
            ("dual-stack", dualstack, "supportsDualStack"),
        )
        if asked and not outputs[key]
    ]
    if lacking:
        kinds = " or ".join(lacking)
        raise ConfigurationError(
            f"the partition {outputs['name']} has no {kinds} endpoints", _REMEDY
        )


_REMEDY = (
    "turn them off: AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT, "
    "use_fips_endpoint, use_dualstack_endpoint"
)
