"""A prepared request has the bytes of one that is built anew, and botocore's signature."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from smrt.protocol import sigv4
from smrt.protocol.messages import Credentials, Headers, Payload, Request, Url
from smrt.protocol.prepared_request import PreparedRequest
from smrt.transport.connection import head
from tests.protocol.test_sigv4 import NAMES, SECRET, VALUES, botocore_signed

UNSIGNED: Headers = (("User-Agent", "smrt"),)
URLS = st.builds(
    Url,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["localhost", "::1"]),
    st.sampled_from([443, 8080]),
    st.sampled_from(["/endpoints/a/invocations", "/a//b/../%20?b=1&a=2"]),
)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=4).map(tuple)
CREDENTIALS = st.builds(
    Credentials,
    st.sampled_from(["AKID", "AKIE"]),
    st.sampled_from([SECRET, "other"]),
    st.none() | st.just("token"),
)


CALLS = st.tuples(st.binary(max_size=20), HEADERS, CREDENTIALS | st.none())
TIMES = st.lists(st.integers(0, 4 * 10**9).map(float), min_size=1, max_size=3)


def request(url: Url, headers: Headers, body: bytes) -> Request:
    return Request("POST", url, headers, Payload(body, len(body), hashlib.sha256(body).hexdigest()))


def built(made: Request, credentials: Credentials | None, now: float) -> Request:
    """The request with all its headers, as a single call has them."""
    signature: Headers = ()
    if credentials is not None:
        signature = sigv4.sign(made, credentials, region="r", service="sagemaker", now=now)
    return made._replace(headers=(*made.headers, *signature, *UNSIGNED, ("amz-sdk-request", "1")))


@given(
    url=URLS,
    constant=HEADERS,
    proxy=st.none() | st.just((("Proxy-Authorization", "Basic x"),)),
    times=TIMES,
    calls=st.lists(CALLS, min_size=1, max_size=4),
)
def test_a_prepared_head_equals_one_that_is_built_anew(
    *,
    url: Url,
    constant: Headers,
    proxy: Headers | None,
    times: list[float],
    calls: list[tuple[bytes, Headers, Credentials | None]],
) -> None:
    prepared = PreparedRequest(
        "POST",
        url,
        constant,
        region="r",
        service="sagemaker",
        unsigned=UNSIGNED,
        proxy_headers=proxy,
    )
    for now in times:
        for body, headers, credentials in calls:
            made = request(url, (*constant, *headers), body)
            assert prepared.head(
                body, credentials, now, headers=headers, unsigned="amz-sdk-request: 1\r\n"
            ) == head(built(made, credentials, now), proxy)


@given(url=URLS, constant=HEADERS, body=st.binary(max_size=20), credentials=CREDENTIALS)
def test_the_signature_of_a_prepared_request_equals_botocores(
    *, url: Url, constant: Headers, body: bytes, credentials: Credentials
) -> None:
    prepared = PreparedRequest("POST", url, constant, region="r", service="sagemaker")
    expected = botocore_signed(
        request(url, constant, body),
        credentials,
        region="r",
        service="sagemaker",
        now=1_700_000_000.5,
    )
    lines = prepared.head(body, credentials, 1_700_000_000.5).split(b"\r\n")
    assert f"Authorization: {expected['Authorization']}".encode() in lines


def test_a_hash_that_is_known_is_not_computed_again() -> None:
    prepared = PreparedRequest("POST", Url("http", "h", 80, "/"), (), region="r", service="s")
    credentials = Credentials("AKID", SECRET)
    digest = hashlib.sha256(b"other").hexdigest()
    assert prepared.head(b"body_", credentials, 0, digest=digest) == prepared.head(
        b"other", credentials, 0
    )
