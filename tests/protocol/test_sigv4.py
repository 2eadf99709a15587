"""Signatures equal botocore's and those of the examples that AWS publishes."""

import hashlib
from calendar import timegm
from datetime import datetime, timezone
from string import ascii_letters, digits
from time import strptime
from typing import Any

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import ConfigurationError
from smrt.protocol import sigv4
from smrt.protocol.messages import Credentials, Headers, Payload, Request, Url

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SUITE = timegm(strptime("20150830T123600Z", "%Y%m%dT%H%M%SZ"))
EXAMPLE = "example.amazonaws.com"


def request(
    method: str, target: str, headers: Headers = (), body: bytes = b"", host: str = EXAMPLE
) -> Request:
    payload = Payload(body, len(body), hashlib.sha256(body).hexdigest())
    return Request(method, Url("https", host, 443, target), headers, payload)


def authorization(signed: Headers) -> str:
    return dict(signed)["Authorization"]


FORM = "application/x-www-form-urlencoded"
UNRESERVED = "-._~" + digits + ascii_letters.swapcase()


# Signatures of AWS's own suite (aws-sig-v4-test-suite, aws-c-auth/tests).
@pytest.mark.parametrize(
    ("made", "names", "signature"),
    [
        pytest.param(
            request("GET", "/"),
            "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-vanilla",
        ),
        pytest.param(
            request("POST", "/"),
            "host;x-amz-date",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            id="post-vanilla",
        ),
        pytest.param(
            request("GET", "/?Param2=value2&Param1=value1"),
            "host;x-amz-date",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            id="get-vanilla-query-order-key-case",
        ),
        pytest.param(
            request("GET", "/?Param1=value2&Param1=value1"),
            "host;x-amz-date",
            "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
            id="get-vanilla-query-order-value",
        ),
        pytest.param(
            request("GET", "/?%E1%88%B4=bar"),
            "host;x-amz-date",
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
            id="get-vanilla-utf8-query",
        ),
        pytest.param(
            request("GET", "/" + UNRESERVED),
            "host;x-amz-date",
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
            id="get-unreserved",
        ),
        pytest.param(
            request("GET", "//example//"),
            "host;x-amz-date",
            "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
            id="get-slashes-normalized",
        ),
        pytest.param(
            request("GET", "/example1/example2/../.."),
            "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-relative-relative-normalized",
        ),
        pytest.param(
            request("GET", "/", tuple(("My-Header1", f"value{n}") for n in (4, 1, 3, 2))),
            "host;my-header1;x-amz-date",
            "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
            id="get-header-value-order",
        ),
        pytest.param(
            request("GET", "/", tuple(("My-Header1", f"value{n}") for n in (2, 2, 1))),
            "host;my-header1;x-amz-date",
            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
            id="get-header-key-duplicate",
        ),
        pytest.param(
            request("GET", "/", (("My-Header1", " value1"), ("My-Header2", ' "a   b   c"'))),
            "host;my-header1;my-header2;x-amz-date",
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            id="get-header-value-trim",
        ),
        pytest.param(
            request("POST", "/", (("Content-Type", FORM),), b"Param1=value1"),
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            id="post-x-www-form-urlencoded",
        ),
    ],
)
def test_signatures_equal_those_of_the_published_suite(
    made: Request, names: str, signature: str
) -> None:
    signed = sigv4.sign(
        made, Credentials("AKIDEXAMPLE", SECRET), region="us-east-1", service="service", now=SUITE
    )
    expected = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    assert signed == (("X-Amz-Date", "20150830T123600Z"), ("Authorization", expected))


def test_the_session_token_of_the_suite_is_sent_and_signed() -> None:
    token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
    credentials = Credentials("AKIDEXAMPLE", SECRET, token)
    signed = sigv4.sign(
        request("GET", "/"), credentials, region="us-east-1", service="service", now=SUITE
    )
    assert signed[1] == ("X-Amz-Security-Token", token)
    assert authorization(signed).endswith(
        "SignedHeaders=host;x-amz-date;x-amz-security-token, "
        "Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
    )


def test_the_signature_equals_that_of_the_guides_list_users_example() -> None:
    form = (("Content-Type", FORM + "; charset=utf-8"),)
    made = request("GET", "/?Action=ListUsers&Version=2010-05-08", form, host="iam.amazonaws.com")
    credentials = Credentials("AKIDEXAMPLE", SECRET)
    signed = sigv4.sign(made, credentials, region="us-east-1", service="iam", now=SUITE)
    assert authorization(signed).endswith(
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_the_signing_key_equals_that_of_the_guide() -> None:
    scope = sigv4.Scope("20150830", "us-east-1", "iam")
    assert sigv4.signing_key(SECRET, scope).hex() == (
        "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    )


def botocore_signed(
    made: Request, credentials: Credentials, *, region: str, service: str, now: float
) -> dict[str, str]:
    """The headers after botocore's signer, with its clock set to `now`."""
    content = made.payload.content
    oracle = AWSRequest(made.method, str(made.url), data=content)
    for name, value in made.headers:
        oracle.headers.add_header(name, value)
    moment = datetime.fromtimestamp(now, timezone.utc)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
        signer = botocore.auth.SigV4Auth(
            BotocoreCredentials(credentials.access_key, credentials.secret_key, credentials.token),
            service,
            region,
        )
        signer.add_auth(oracle)
    return dict(oracle.headers.items())


SEGMENTS = st.sampled_from(
    ["", ".", "..", "a", "...", "A%20b", "%2F", "%C3%A9", "~x", "a+b", "m:n,o;p"]
) | st.text("abcXYZ019-._~!$&'()*+,;=:@%", max_size=6)
PATHS = st.lists(SEGMENTS, max_size=6).map(lambda parts: "/" + "/".join(parts))
PAIRS = st.tuples(
    st.text("abA1-_.~%+*", max_size=4),
    st.sampled_from(["", "="]),
    st.text("abA1=%2F?/", max_size=4),
).map("".join)
QUERIES = st.lists(PAIRS, max_size=5).map("&".join)
VALUES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12
) | st.sampled_from([" a", "a ", "a   b", "\ta\t\tb", "ä  ö", '"a   b"', "\u2003x\u2003", ""])
NAMES = st.sampled_from(
    ["Content-Type", "Accept", "X-Amzn-SageMaker-Inference-Id", "x-a", "X-A", *sigv4.UNSIGNED]
)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    scheme=st.sampled_from(["http", "https"]),
    host=st.sampled_from(["localhost", "runtime.sagemaker.eu-west-1.amazonaws.com", "::1"]),
    port=st.sampled_from([80, 443, 8080]),
    path=PATHS,
    query=QUERIES,
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=6).map(tuple),
    body=st.binary(max_size=40),
    token=st.none() | st.just("") | st.text("abc/+=", min_size=1, max_size=8),
    region=st.sampled_from(["us-east-1", "eu-central-1", ""]),
    now=st.integers(0, 4 * 10**9).map(lambda seconds: seconds + 0.25),
)
def test_signed_headers_equal_botocores(
    *,
    method: str,
    scheme: str,
    host: str,
    port: int,
    path: str,
    query: str,
    headers: Headers,
    body: bytes,
    token: str | None,
    region: str,
    now: float,
) -> None:
    url = Url(scheme, host, port, path + ("?" + query if query else ""))
    made = request(method, "/", headers, body)._replace(url=url)
    credentials = Credentials("AKIDEXAMPLE", SECRET, token)
    scope: dict[str, Any] = {"region": region, "service": "sagemaker", "now": now}
    expected = botocore_signed(made, credentials, **scope)
    signed = sigv4.sign(made, credentials, **scope)
    own = {name for name, _ in headers}
    assert dict(signed) == {name: value for name, value in expected.items() if name not in own}


@pytest.mark.parametrize(
    ("credentials", "field"),
    [
        (Credentials("AKID\r", SECRET, source="env"), "the access key"),
        (Credentials("AKID", SECRET + "\n", source="env"), "the secret key"),
        (Credentials("AKID", SECRET, "tok\r\nX-Evil: 1", source="env"), "the token"),
        (Credentials("AKID\udcff", SECRET, source="env"), "the access key"),
    ],
)
def test_nonprintable_credentials_are_errors_that_do_not_quote_them(
    credentials: Credentials, field: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        sigv4.sign(request("POST", "/"), credentials, region="us-east-1", service="s", now=0)
    assert caught.value.message == f"{field} contains a nonprintable character"
    assert "(env)" in caught.value.hints[0]
    assert SECRET not in str(caught.value) + "".join(caught.value.hints)


SIGNED = st.tuples(
    st.builds(
        request,
        st.sampled_from(["GET", "POST"]),
        st.sampled_from(["/", "/endpoints/e/invocations"]),
        st.sampled_from([(), (("X-A", "b"),)]),
        st.binary(max_size=3),
    ),
    st.builds(
        Credentials, st.just("AKID"), st.sampled_from(["a", "b"]), st.sampled_from([None, "t"])
    ),
    st.sampled_from([0.0, 0.5, 1.0, 86_400.0]),
)


@given(st.lists(SIGNED, min_size=2, max_size=20))
def test_a_signature_does_not_depend_on_those_before(
    calls: list[tuple[Request, Credentials, float]],
) -> None:
    signer = sigv4.Signer("us-east-1", "iam")
    for made, credentials, now in calls:
        alone = sigv4.sign(made, credentials, region="us-east-1", service="iam", now=now)
        assert signer.sign(made, credentials, now) == alone
