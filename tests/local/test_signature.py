import json
import tracemalloc
from time import gmtime, strftime, time
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from smrt.local.api_errors import ApiError
from smrt.local.endpoint import echo
from smrt.local.service import Service
from smrt.local.signature import CREDENTIALS, authorize
from smrt.protocol.messages import Headers, Request
from tests.support.local_server import request, send, serve, signed, with_host

URL = "http://127.0.0.1:8808"
TARGET = "/endpoints/echo/invocations"
NOW = 1_792_930_500.0
HEADERS = (("Content-Type", "text/csv"), ("X-Amzn-SageMaker-Custom-Attributes", "a  b\tc"))

paths = st.text("abcXYZ019-._~%/ +:é", max_size=20).map(
    lambda text: "/" + text.replace("%", "%25").replace(" ", "%20").replace("é", "%C3%A9")
)
queries = st.text("abc=&%2F", max_size=12).map(lambda text: text.replace("%", "%25"))
names = st.from_regex(r"X-[A-Za-z0-9-]{1,9}", fullmatch=True)
values = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)


def valid_request(now: float = NOW) -> Request:
    return signed(request(URL, TARGET, b"1,2", HEADERS), now)


def error_of(http_request: Request, now: float = NOW) -> tuple[int, str, str]:
    with pytest.raises(ApiError) as caught:
        authorize(http_request, now=now)
    return caught.value.status, caught.value.code, caught.value.message


def replaced(http_request: Request, name: str, old: str, new: str) -> Request:
    headers = tuple(
        (key, value.replace(old, new) if key == name else value)
        for key, value in http_request.headers
    )
    assert headers != http_request.headers
    return http_request._replace(headers=headers)


def replaced_header(http_request: Request, name: str, value: str) -> Request:
    return http_request._replace(headers=(*without(http_request.headers, name), (name, value)))


def without(headers: Headers, name: str) -> Headers:
    return tuple(pair for pair in headers if pair[0] != name)


@given(paths, queries, st.lists(values, max_size=3), st.binary(max_size=30))
def test_signatures_of_smrt_are_accepted(
    path: str, query: str, texts: list[str], body: bytes
) -> None:
    headers = tuple(("X-Amzn-SageMaker-Custom-Attributes", text) for text in texts)
    target = f"{path}?{query}" if query else path
    authorize(signed(request(URL, target, body, headers), NOW), now=NOW)


@given(paths, queries, st.dictionaries(names, values.filter(str.isascii), max_size=3), st.binary())
def test_signatures_of_botocore_are_accepted(
    path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    target = f"{path}?{query}" if query else path
    aws = AWSRequest("POST", URL + target, data=body, headers=headers)
    SigV4Auth(BotoCredentials("local", "local-secret"), "sagemaker", "us-east-1").add_auth(aws)
    http_request = request(URL, target, body, (("Host", "127.0.0.1:8808"), *aws.headers.items()))
    authorize(http_request, now=time())
    with pytest.raises(ApiError, match="does not match"):
        authorize(http_request._replace(method="PUT"), now=time())


def test_the_date_header_may_replace_x_amz_date() -> None:
    date = strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime())
    aws = AWSRequest("POST", URL + TARGET, data=b"1", headers={"Date": date})
    SigV4Auth(BotoCredentials("local", "local-secret"), "sagemaker", "us-east-1").add_auth(aws)
    headers = (("Host", "127.0.0.1:8808"), *aws.headers.items())
    assert "X-Amz-Date" not in dict(headers)
    authorize(request(URL, TARGET, b"1", headers), now=time())


TAMPERED: list[tuple[str, Any]] = [
    ("the body", lambda r: r._replace(payload=request(URL, TARGET, b"1,3").payload)),
    ("the path", lambda r: r._replace(url=r.url._replace(target="/endpoints/other/invocations"))),
    ("the query", lambda r: r._replace(url=r.url._replace(target=TARGET + "?a=1"))),
    ("the method", lambda r: r._replace(method="PUT")),
    ("a header", lambda r: replaced(r, "Content-Type", "csv", "xml")),
    ("a header's repetition", lambda r: r._replace(headers=(*r.headers, ("content-type", "x")))),
    ("a header's absence", lambda r: r._replace(headers=without(r.headers, "Content-Type"))),
    ("the host", lambda r: replaced(r, "Host", "8808", "8809")),
    ("the region", lambda r: replaced(r, "Authorization", "us-east-1", "us-east-2")),
    ("the signature", lambda r: replaced(r, "Authorization", "Signature=", "Signature=0")),
]


@pytest.mark.parametrize("tamper", [row[1] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_a_request_changed_after_signing_is_rejected(tamper: Any) -> None:
    authorize(valid_request(), now=NOW)
    status, code, message = error_of(tamper(valid_request()))
    assert (status, code) == (403, "InvalidSignatureException")
    assert message.startswith("The request signature we calculated does not match")


def test_a_wrong_signature_is_rejected_over_the_wire() -> None:
    with serve() as url:
        http_request = signed(request(url, TARGET, b"1"), time())
        wrong = replaced(http_request, "Authorization", "Signature=", "Signature=f")
        response: Any = send(wrong)
    assert response.status == 403
    assert response.headers["x-amzn-errortype"] == "InvalidSignatureException"
    assert "does not match" in json.loads(response.body)["Message"]


@pytest.mark.parametrize(
    ("age", "message"),
    [
        (
            301,
            "Signature expired: 20261025T125459Z is now earlier than 20261025T125500Z",
        ),
        (300, None),
        (-300, None),
        (
            -301,
            "Signature not yet current: 20261025T130501Z is still later than 20261025T130500Z",
        ),
    ],
)
def test_a_signature_is_valid_for_five_minutes(age: float, message: str | None) -> None:
    now = 1_792_933_200.0
    if message is None:
        authorize(valid_request(now - age), now=now)
    else:
        actual = f"{message} (20261025T130000Z {'-' if age > 0 else '+'} 5 min.)"
        assert error_of(valid_request(now - age), now) == (403, "InvalidSignatureException", actual)


SCOPES = [
    ("/sagemaker/", "/s3/", "Credential should be scoped to correct service: 'sagemaker'."),
    ("host;", "", "'Host' must be a 'SignedHeader' in the AWS Authorization."),
    ("Credential=local/2026", "Credential=local/2025", "Date in Credential scope does not match"),
]


@pytest.mark.parametrize(("old", "new", "message"), SCOPES)
def test_a_wrong_scope_is_rejected(old: str, new: str, message: str) -> None:
    status, code, actual = error_of(replaced(valid_request(), "Authorization", old, new))
    assert (status, code) == (403, "InvalidSignatureException")
    assert actual.startswith(message)


def test_a_signature_by_other_credentials_is_accepted_unverified() -> None:
    theirs = replaced(
        valid_request(), "Authorization", "Credential=local", "Credential=AKIDEXAMPLE"
    )
    authorize(theirs, now=NOW + 86400)


def test_an_unsigned_request_is_rejected() -> None:
    with serve() as url:
        response: Any = send(with_host(request(url, TARGET, b"1")))
    assert response.status == 403
    assert response.headers["x-amzn-errortype"] == "MissingAuthenticationToken"
    assert json.loads(response.body) == {"Message": "Missing Authentication Token"}


REQUIRES = "Authorization header requires '{}' parameter."
ALL_THREE = " ".join(map(REQUIRES.format, ("Credential", "Signature", "SignedHeaders")))
INCOMPLETE = [
    ("Basic dTpw", ALL_THREE),
    ("AWS4-HMAC-SHA256", ALL_THREE),
    ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host", REQUIRES.format("Signature")),
    ("AWS4-HMAC-SHA256 Credential=, SignedHeaders=h, Signature=a", REQUIRES.format("Credential")),
    ("AWS4-HMAC-SHA512 Credential=a", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'"),
    ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=a", "got 'a/b'"),
    ("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=a", "got 'a/b/c/d/e'"),
]  # fmt: skip


@pytest.mark.parametrize(("authorization", "message"), INCOMPLETE)
def test_a_malformed_signature_is_rejected(authorization: str, message: str) -> None:
    headers = (*without(valid_request().headers, "Authorization"), ("Authorization", authorization))
    status, code, actual = error_of(valid_request()._replace(headers=headers))
    assert (status, code) == (400, "IncompleteSignature")
    assert actual.endswith(message)


def test_a_signature_without_a_date_is_incomplete() -> None:
    undated = valid_request()._replace(headers=without(valid_request().headers, "X-Amz-Date"))
    assert error_of(undated) == (
        400,
        "IncompleteSignature",
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    )


DATES = [
    "yesterday",
    "20261025",
    "Sun, 99 Oct 2026 13:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Sun, 25 Oct 2026 13:00:00 +9999999999999999",
    "Sun, 25 Oct 99999999999999999999 13:00:00 GMT",
]


@pytest.mark.parametrize("date", DATES)
def test_a_malformed_date_is_incomplete(date: str) -> None:
    headers = (*without(valid_request().headers, "X-Amz-Date"), ("X-Amz-Date", date))
    message = f"Date must be in ISO-8601 'basic format'. Got '{date}'."
    assert error_of(valid_request()._replace(headers=headers)) == (
        400,
        "IncompleteSignature",
        message,
    )


def test_a_large_header_that_is_signed_many_times_costs_no_memory() -> None:
    large = signed(request(URL, TARGET, b"1", (("X-A", "a" * 30_000),)), NOW)
    repeated = replaced(large, "Authorization", "x-a", ";".join(["x-a"] * 1000))
    tracemalloc.start()
    try:
        assert error_of(repeated)[:2] == (403, "InvalidSignatureException")
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


dates = st.from_regex(r"(Sun, )?[0-9]{1,2} Oct [0-9]{1,5} [0-9]{2}:[0-9]{2}( [+-][0-9]{1,20})?")
words = st.sampled_from(["local", "20261025", "sagemaker", "aws4_request", "host"])
fields = st.tuples(*[words | st.text(max_size=9)] * 5)
authorizations = fields.map(
    lambda values: (
        "AWS4-HMAC-SHA256 Credential=local/{}/{}/{}/aws4_request, "
        "SignedHeaders={}, Signature={}".format(*values)
    )
)


@given(authorizations | st.text(), dates | st.text(), paths, st.text(max_size=9))
def test_whatever_a_client_sends_is_rejected(
    authorization: str, date: str, path: str, host: str
) -> None:
    service = Service({"echo": echo}, clock=lambda: NOW, report_error=pytest.fail)
    valid, dated = valid_request(), without(valid_request().headers, "X-Amz-Date")
    requests = [
        (replaced_header(valid, "Authorization", authorization), {400, 403}),
        (valid._replace(headers=(*dated, ("Date", date))), {400, 403}),
        (valid._replace(url=valid.url._replace(target=path)), {404}),
        (replaced_header(valid, "Host", host), {403}),
    ]
    for each, statuses in requests:
        assert service.respond(each).status in statuses


def test_the_servers_secret_is_not_in_its_repr() -> None:
    assert CREDENTIALS.secret_key not in repr(CREDENTIALS)
