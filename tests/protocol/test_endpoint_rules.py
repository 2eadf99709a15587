"""The endpoint URLs of regions, compared with botocore's own endpoint provider."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError, InvalidRegionError
from botocore.loaders import Loader
from botocore.utils import validate_region_name
from hypothesis import example, given
from hypothesis import strategies as st

from smrt.config.partitions import partitions
from smrt.errors import ConfigurationError
from smrt.protocol.endpoint_rules import http2_url, is_region, partition, pseudo, url

DATA = partitions()
BOTH = (False, True)
FOUR = tuple(product(BOTH, BOTH))
RULES = Loader().load_service_model("sagemaker-runtime", "endpoint-rule-set-1")
PROVIDER = EndpointProvider(RULES, DATA)
KNOWN = [region for partition_ in DATA["partitions"] for region in partition_["regions"]]
UNKNOWN = st.from_regex(
    r"(us|eu|cn|us-gov|us-iso|us-isof|eusc-de|xx)-[a-z]{1,9}-[0-9]", fullmatch=True
)
LABELS = st.text("abcz059-", min_size=1, max_size=64).filter(is_region)


def botocore_url(region: str, *, fips: bool, dualstack: bool) -> str | None:
    try:
        endpoint = PROVIDER.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dualstack)
    except EndpointProviderError:
        return None
    endpoint_url: str = endpoint.url
    return endpoint_url


def our_url(region: str, *, fips: bool, dualstack: bool) -> str | None:
    try:
        return url(region, DATA, fips=fips, dualstack=dualstack)
    except ConfigurationError:
        return None


def test_the_data_is_botocores() -> None:
    assert Loader().load_data("partitions") == DATA
    assert len(KNOWN) > 30


@pytest.mark.parametrize(("fips", "dualstack"), FOUR)
@pytest.mark.parametrize("region", KNOWN)
def test_each_known_region_has_botocores_endpoint_url(
    region: str, *, fips: bool, dualstack: bool
) -> None:
    expected = botocore_url(region, fips=fips, dualstack=dualstack)
    assert our_url(region, fips=fips, dualstack=dualstack) == expected


@given(region=UNKNOWN | LABELS, fips=st.booleans(), dualstack=st.booleans())
def test_unknown_regions_have_botocores_endpoint_url(
    region: str, *, fips: bool, dualstack: bool
) -> None:
    expected = botocore_url(region, fips=fips, dualstack=dualstack)
    assert our_url(region, fips=fips, dualstack=dualstack) == expected


def partitions_with(**outputs: bool) -> Mapping[str, Any]:
    """Partition data whose only partition has these `outputs`."""
    aws = DATA["partitions"][0]
    return {"partitions": [{**aws, "outputs": {**aws["outputs"], **outputs}}]}


@pytest.mark.parametrize("no_fips", BOTH)
@pytest.mark.parametrize("no_dualstack", BOTH)
@pytest.mark.parametrize(("fips", "dualstack"), FOUR)
def test_unsupported_kinds_of_endpoint_are_errors(
    *, fips: bool, dualstack: bool, no_fips: bool, no_dualstack: bool
) -> None:
    data = partitions_with(supportsFIPS=not no_fips, supportsDualStack=not no_dualstack)
    if (fips and no_fips) or (dualstack and no_dualstack):
        with pytest.raises(ConfigurationError, match="the partition aws has no") as caught:
            url("us-east-1", data, fips=fips, dualstack=dualstack)
        assert ("FIPS" in caught.value.message) == (fips and no_fips)
        assert ("dual-stack" in caught.value.message) == (dualstack and no_dualstack)
    else:
        url("us-east-1", data, fips=fips, dualstack=dualstack)


def test_an_empty_region_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"sagemaker\.\.amazonaws"):
        url("", DATA)


def test_a_region_that_matches_no_partition_is_in_the_first() -> None:
    assert partition("mars-1", DATA)["id"] == "aws"


@pytest.mark.parametrize(
    ("name", "region", "is_pseudo"),
    [
        ("us-east-1", "us-east-1", False),
        ("fips-us-east-1", "us-east-1", True),
        ("us-east-1-fips", "us-east-1", True),
        ("", "", False),
    ],
)
def test_the_region_of_a_fips_name_is_extracted(name: str, region: str, *, is_pseudo: bool) -> None:
    assert pseudo(name) == (region, is_pseudo)


@given(st.text("aZ0-_.é\n", max_size=70))
@example("1" * 63)
@example("a" * 63)
@example("a" * 64)
@example("us-east-1")
@example("-us")
@example("us-")
@example("")
def test_valid_region_names_are_those_of_botocore(text: str) -> None:
    try:
        validate_region_name(text.removesuffix("\n") + "!" * text.endswith("\n"))
        expected = True
    except InvalidRegionError:
        expected = False
    assert is_region(text) == expected


@pytest.mark.parametrize(
    ("region", "fips", "dualstack", "expected"),
    [
        ("us-east-1", False, False, "https://runtime.sagemaker.us-east-1.amazonaws.com:8443"),
        ("us-east-1", True, False, "https://runtime-fips.sagemaker.us-east-1.amazonaws.com:8443"),
        ("us-east-1", False, True, "https://runtime.sagemaker.us-east-1.api.aws:8443"),
        ("us-east-1", True, True, "https://runtime-fips.sagemaker.us-east-1.api.aws:8443"),
        ("cn-north-1", False, False, "https://runtime.sagemaker.cn-north-1.amazonaws.com.cn:8443"),
        (
            "us-gov-west-1",
            True,
            False,
            "https://runtime-fips.sagemaker.us-gov-west-1.amazonaws.com:8443",
        ),
    ],
)
def test_bidirectional_streams_have_a_port_and_host_names_of_their_own(
    region: str, *, fips: bool, dualstack: bool, expected: str
) -> None:
    assert http2_url(region, DATA, fips=fips, dualstack=dualstack) == expected


def test_bidirectional_streams_need_a_region_too() -> None:
    with pytest.raises(ConfigurationError, match="Invalid endpoint"):
        http2_url("", DATA)
