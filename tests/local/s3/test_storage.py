"""The S3 of smrt local: it serves only S3, and only signed requests."""

import os
import socket
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from time import time
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from smrt.local.s3 import storage
from smrt.local.s3.storage import BUCKET, Storage
from smrt.local.signature import CREDENTIALS
from smrt.protocol.messages import Headers, Payload, Request
from tests.support.local_server import request, send, signed, with_host
from tests.support.polling import LIMIT

Boto = Callable[..., Any]


class Clock:
    """The current time plus an offset that tests set."""

    offset = 0.0

    def __call__(self) -> float:
        return time() + self.offset


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def s3(clock: Clock) -> Iterator[Storage]:
    with storage.running_storage(clock) as running:
        yield running


@pytest.fixture
def advance(clock: Clock) -> Iterator[Callable[[float], None]]:
    """Advances the server's clock by seconds."""
    yield lambda seconds: setattr(clock, "offset", seconds)
    clock.offset = 0.0


@pytest.fixture
def boto(s3: Storage) -> Iterator[Boto]:
    clients = []

    def client(
        key: str = CREDENTIALS.access_key,
        secret: str = CREDENTIALS.secret_key,
        url: str = s3.url,
        **settings: Any,
    ) -> Any:
        config = Config(**{"proxies": {}, "retries": {"total_max_attempts": 1}, **settings})
        clients.append(
            boto3.client(
                "s3",
                endpoint_url=url,
                region_name="us-east-1",
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                config=config,
            )
        )
        return clients[-1]

    yield client
    for each in clients:
        each.close()


def by_botocore(url: str, method: str, target: str, body: bytes, service: str = "s3") -> Request:
    """A request that botocore signed with the server's own credentials."""
    aws = AWSRequest(method, url + target, data=body)
    credentials = Credentials(CREDENTIALS.access_key, CREDENTIALS.secret_key)
    S3SigV4Auth(credentials, service, "us-east-1").add_auth(aws)
    plain = with_host(request(url, target, body))
    return plain._replace(method=method, headers=(*plain.headers, *aws.headers.items()))


def without(headers: Headers, name: str) -> Headers:
    return tuple(pair for pair in headers if pair[0].lower() != name)


def fetch(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    hyphenated = {name.replace("_", "-"): value for name, value in headers.items()}
    http_request = urllib.request.Request(url, data, hyphenated, method=method)
    with opener.open(http_request, timeout=LIMIT) as response:
        body: bytes = response.read()
    return body


def error_of(url: str, **more: Any) -> tuple[int, bytes]:
    with pytest.raises(HTTPError) as caught:
        fetch(url, **more)
    with caught.value as error:
        return error.code, error.read()


UNSIGNED = [
    ("POST", "/moto-api/reset", ()),
    ("GET", "/moto-api/data.json", ()),
    ("POST", "/moto-api/recorder/start-recording", ()),
    ("GET", "/latest/meta-data/iam/security-credentials/", ()),
    ("GET", "/", ()),
    ("GET", f"/{BUCKET}", ()),
    ("DELETE", f"/{BUCKET}", ()),
    ("OPTIONS", f"/{BUCKET}/a", ()),
    ("PUT", f"/{BUCKET}/a", ()),
    ("POST", "/", (("Content-Type", "application/x-www-form-urlencoded"),)),
    ("POST", "/", (("X-Amz-Target", "DynamoDB_20120810.ListTables"),)),
    ("GET", f"/{BUCKET}/a", (("X-Amz-Target", "DynamoDB_20120810.ListTables"),)),
]


@pytest.mark.parametrize(("method", "target", "headers"), UNSIGNED)
def test_unsigned_requests_are_rejected(
    s3: Storage, method: str, target: str, headers: Headers
) -> None:
    body = b"Action=ListUsers&Version=2010-05-08"
    response: Any = send(with_host(request(s3.url, target, body, headers))._replace(method=method))
    assert response.status == 403
    assert response.headers["Content-Type"] == "application/xml"
    assert b"<Error><Code>AccessDenied</Code>" in response.body


@pytest.mark.parametrize("service", ["iam", "sts", "sagemaker", "dynamodb", ""])
@pytest.mark.parametrize("key", [CREDENTIALS.access_key, "AKIDEXAMPLE"])
def test_signatures_for_other_services_are_rejected(s3: Storage, service: str, key: str) -> None:
    http_request = signed(request(s3.url, f"/{BUCKET}/a", b""), time(), service)
    headers = tuple(
        (name, value.replace("=local/", f"={key}/")) for name, value in http_request.headers
    )
    response: Any = send(http_request._replace(headers=headers))
    assert response.status == 400
    assert b"<Code>AuthorizationHeaderMalformed</Code>" in response.body
    assert f'incorrect service "{service}"' in response.body.decode()


OTHER_SERVICES = [
    ("POST", "/", b"Action=ListUsers&Version=2010-05-08", ()),
    ("POST", "/", b"{}", (("X-Amz-Target", "DynamoDB_20120810.ListTables"),)),
    ("GET", f"/{BUCKET}", b"", (("X-Amz-Target", "DynamoDB_20120810.ListTables"),)),
]


@pytest.mark.parametrize(("method", "target", "body", "headers"), OTHER_SERVICES)
def test_operations_of_other_services_are_rejected(
    s3: Storage, method: str, target: str, body: bytes, headers: Headers
) -> None:
    http_request = by_botocore(s3.url, method, target, body)
    response: Any = send(http_request._replace(headers=(*http_request.headers, *headers)))
    assert response.status == 403
    assert b"only S3 is available here" in response.body


MOTO_API = [
    ("GET", "/moto-api/data.json", "NoSuchBucket"),
    ("POST", "/moto-api/reset", "InternalError"),
]


def test_motos_own_api_is_not_available(s3: Storage, boto: Boto) -> None:
    s3_client = boto()
    s3_client.put_object(Bucket=BUCKET, Key="object", Body=b"1")
    for method, target, code in MOTO_API:
        response: Any = send(by_botocore(s3.url, method, target, b""))
        assert f"<Code>{code}</Code>" in response.body.decode()
    assert s3_client.get_object(Bucket=BUCKET, Key="object")["Body"].read() == b"1"


def test_the_users_own_credentials_are_accepted(boto: Boto) -> None:
    boto("AKIDEXAMPLE", "theirs").put_object(Bucket=BUCKET, Key="theirs", Body=b"1")


def test_signatures_by_the_servers_credentials_are_verified(boto: Boto) -> None:
    with pytest.raises(ClientError) as caught:
        boto(secret="not the secret").put_object(Bucket=BUCKET, Key="a", Body=b"1")
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "SignatureDoesNotMatch"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403


METADATA = {"a_b": "1", "c-d": "2"}
KEYS = ["a b+c%2F/é(1)'*!~.csv", "a//b", "/a", "a/../b", "?a=b&c", "ключ", "a:b@c"]


@pytest.mark.parametrize("key", KEYS)
def test_every_object_key_is_signed_as_s3_signs_it(boto: Boto, key: str) -> None:
    client = boto()
    content = os.urandom(20)
    client.put_object(Bucket=BUCKET, Key=key, Body=content, Metadata=METADATA)
    stored = client.get_object(Bucket=BUCKET, Key=key)
    assert (stored["Body"].read(), stored["Metadata"]) == (content, METADATA)
    head = client.head_object(Bucket=BUCKET, Key=key)
    assert head["ContentLength"] == len(content)
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=key, Delimiter="|")["Contents"]
    assert [entry["Key"] for entry in listed] == [key]
    client.delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(ClientError, match="404"):
        client.head_object(Bucket=BUCKET, Key=key)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256", None])
@pytest.mark.parametrize("payload_signing", [True, False])
def test_uploads_are_accepted_with_every_checksum_and_payload_signing(
    boto: Boto, tmp_path: Path, algorithm: str | None, *, payload_signing: bool
) -> None:
    client = boto(s3={"payload_signing_enabled": payload_signing})
    content = os.urandom(9 << 20)
    (tmp_path / "large").write_bytes(content)
    more = {} if algorithm is None else {"ChecksumAlgorithm": algorithm}
    client.upload_file(str(tmp_path / "large"), BUCKET, "large", ExtraArgs=more)
    with (tmp_path / "large").open("rb") as file:
        client.put_object(Bucket=BUCKET, Key="whole", Body=file, **more)
    for key in ("large", "whole"):
        assert client.get_object(Bucket=BUCKET, Key=key)["Body"].read() == content


STREAMED = b"5;chunk-signature=" + b"0" * 64 + b"\r\nhello\r\n0;chunk-signature=" + b"0" * 64
STREAMED += b"\r\n\r\n"


def test_a_body_in_signed_chunks_is_accepted_without_its_hash(s3: Storage, boto: Boto) -> None:
    aws = AWSRequest("PUT", f"{s3.url}/{BUCKET}/chunks", data=b"")
    aws.headers["Content-Encoding"] = "aws-chunked"
    aws.headers["X-Amz-Decoded-Content-Length"] = "5"
    credentials = Credentials(CREDENTIALS.access_key, CREDENTIALS.secret_key)
    signer = S3SigV4Auth(credentials, "s3", "us-east-1")
    signer.payload = lambda _: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    signer.add_auth(aws)
    plain = with_host(request(s3.url, f"/{BUCKET}/chunks", STREAMED))
    http_request = plain._replace(method="PUT", headers=(*plain.headers, *aws.headers.items()))
    response: Any = send(http_request)
    assert (response.status, response.body) == (200, b"")
    assert boto().get_object(Bucket=BUCKET, Key="chunks")["Body"].read() == b"hello"


TAMPERED: list[tuple[str, Callable[[Request], Request], str]] = [
    (
        "the body",
        lambda r: r._replace(payload=Payload(b"2", 1, "")),
        "XAmzContentSHA256Mismatch",
    ),
    (
        "the key",
        lambda r: r._replace(url=r.url._replace(target=f"/{BUCKET}/other")),
        "SignatureDoesNotMatch",
    ),
    (
        "a subresource",
        lambda r: r._replace(url=r.url._replace(target=f"{r.url.target}?acl")),
        "SignatureDoesNotMatch",
    ),
    ("the method", lambda r: r._replace(method="POST"), "SignatureDoesNotMatch"),
    (
        "the hash",
        lambda r: r._replace(headers=without(r.headers, "x-amz-content-sha256")),
        "InvalidRequest",
    ),
    (
        "the date",
        lambda r: r._replace(headers=without(r.headers, "x-amz-date")),
        "AuthorizationHeaderMalformed",
    ),
    (
        "the algorithm",
        lambda r: r._replace(
            headers=(*without(r.headers, "authorization"), ("Authorization", "AWS local:c2ln"))
        ),
        "InvalidRequest",
    ),
]


@pytest.mark.parametrize(
    ("tamper", "code"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED]
)
def test_a_request_changed_after_signing_is_rejected(
    s3: Storage, tamper: Callable[[Request], Request], code: str
) -> None:
    http_request = by_botocore(s3.url, "PUT", f"/{BUCKET}/signed", b"1")
    assert send(http_request).status == 200
    response: Any = send(tamper(http_request))
    assert response.status in (400, 403)
    assert f"<Code>{code}</Code>" in response.body.decode()


@pytest.mark.parametrize("changed", [True, False])
def test_a_body_is_requested_only_with_a_valid_signature(s3: Storage, *, changed: bool) -> None:
    http_request = by_botocore(s3.url, "PUT", f"/{BUCKET}/signed", b"1")
    target = f"/{BUCKET}/{'other' if changed else 'signed'}"
    lines = "".join(f"{name}: {value}\r\n" for name, value in http_request.headers)
    head = f"PUT {target} HTTP/1.1\r\n{lines}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    with socket.create_connection((http_request.url.host, http_request.url.port), 30) as sock:
        sock.sendall(head.encode())
        assert sock.recv(13) == (b"HTTP/1.1 403 " if changed else b"HTTP/1.1 100 ")


@pytest.mark.parametrize("seconds", [-901 - 60, 901])
def test_a_clock_skew_over_fifteen_minutes_is_rejected(
    s3: Storage, advance: Callable[[float], None], seconds: float
) -> None:
    http_request = by_botocore(s3.url, "PUT", f"/{BUCKET}/signed", b"1")
    advance(seconds)
    response: Any = send(http_request)
    assert response.status == 403
    assert b"<Code>RequestTimeTooSkewed</Code>" in response.body


@pytest.mark.parametrize("version", ["s3v4", None])
def test_presigned_urls_are_valid_until_they_expire(
    boto: Boto, advance: Callable[[float], None], version: str | None
) -> None:
    client = boto(signature_version=version)
    names = {"Bucket": BUCKET, "Key": "a b/ü"}
    put = client.generate_presigned_url(
        "put_object", {**names, "ContentType": "text/csv"}, ExpiresIn=60
    )
    get = client.generate_presigned_url("get_object", names, ExpiresIn=60)
    assert ("X-Amz-Signature=" in get) is (version == "s3v4")
    fetch(put, "PUT", b"1,2", Content_Type="text/csv")
    assert fetch(get) == b"1,2"
    assert error_of(get, method="DELETE")[0] == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in error_of(get.replace(BUCKET, "other"))[1]
    advance(62)
    status, body = error_of(get)
    assert status == 403
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in body


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_presigned_urls_by_other_credentials_are_accepted_unverified(
    boto: Boto, version: str
) -> None:
    client = boto("AKIDEXAMPLE", "theirs", signature_version=version)
    boto().put_object(Bucket=BUCKET, Key="theirs", Body=b"1")
    names = {"Bucket": BUCKET, "Key": "theirs"}
    assert fetch(client.generate_presigned_url("get_object", names)) == b"1"


INVALID_QUERIES = [
    ("X-Amz-Expires=60", "X-Amz-Expires=0", "AuthorizationQueryParametersError"),
    ("X-Amz-Expires=60", "X-Amz-Expires=604801", "AuthorizationQueryParametersError"),
    ("X-Amz-Expires=60", "X-Amz-Expires=soon", "AuthorizationQueryParametersError"),
    ("X-Amz-Expires=60", "X-Amz-Expires=61", "SignatureDoesNotMatch"),
    ("X-Amz-Signature=", "X-Amz-Signed=", "AuthorizationQueryParametersError"),
    ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", "AuthorizationQueryParametersError"),
    ("X-Amz-Date=2", "X-Amz-Date=x", "AuthorizationHeaderMalformed"),
    ("X-Amz-Date=2", "X-Amz-Date=9", "AccessDenied"),
    ("%2Fs3%2F", "%2Fiam%2F", "AuthorizationHeaderMalformed"),
    ("AWS4-HMAC-SHA256&X-Amz-Credential=local%2F", "&X-Amz-Credential=%2F", "Authorization"),
]


@pytest.mark.parametrize(("old", "new", "code"), INVALID_QUERIES)
def test_a_changed_presigned_url_is_rejected(boto: Boto, old: str, new: str, code: str) -> None:
    names = {"Bucket": BUCKET, "Key": "a"}
    url = boto(signature_version="s3v4").generate_presigned_url("get_object", names, ExpiresIn=60)
    assert old in url
    assert f"<Code>{code}" in error_of(url.replace(old, new))[1].decode()


@pytest.mark.parametrize("more", ["", "&Signature=a", "&Signature=a&Expires=1" + "0" * 5000])
def test_a_presigned_url_of_version_2_needs_all_parameters(s3: Storage, more: str) -> None:
    status, body = error_of(f"{s3.url}/{BUCKET}/a?AWSAccessKeyId=local{more}")
    assert status == 403
    assert b"requires the Signature, Expires and AWSAccessKeyId parameters" in body


def test_a_deleted_bucket_is_created_again(s3: Storage, boto: Boto) -> None:
    client = boto()
    for each in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=each["Key"])
    client.delete_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key="a", Body=b"1")
    assert client.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"1"


def test_responses_have_no_cors_headers(s3: Storage) -> None:
    response: Any = send(by_botocore(s3.url, "PUT", f"/{BUCKET}/signed", b"1"))
    names = [name.lower() for name in response.headers]
    assert not [name for name in names if name.startswith("access-control-")]
    assert "date" in names


@pytest.mark.parametrize("version", ["s3v4", None])
def test_the_bucket_may_be_in_the_host_header(s3: Storage, boto: Boto, version: str | None) -> None:
    client = boto(
        url=s3.url.replace("127.0.0.1", "localhost"),
        s3={"addressing_style": "virtual"},
        signature_version=version,
    )
    names = {"Bucket": BUCKET, "Key": "virtual/1"}
    boto().put_object(**names, Body=b"1")
    url = urlsplit(client.generate_presigned_url("get_object", names))
    assert url.netloc == f"{BUCKET}.localhost:{url.port}"
    target = f"{url.path}?{url.query}"
    http_request = request(s3.url, target, headers=(("Host", url.netloc),))._replace(method="GET")
    response: Any = send(http_request)
    assert (response.status, response.body) == (200, b"1")


def test_uploads_to_a_bucket_in_the_host_header_are_accepted(s3: Storage) -> None:
    host = f"http://{BUCKET}.localhost:{urlsplit(s3.url).port}"
    virtual = by_botocore(host, "PUT", "/virtual", b"1")
    response: Any = send(virtual._replace(url=virtual.url._replace(host="127.0.0.1")))
    assert response.status == 200
    stored: Any = send(by_botocore(s3.url, "GET", f"/{BUCKET}/virtual", b""))
    assert stored.body == b"1"


def test_no_header_replaces_another(s3: Storage, boto: Boto) -> None:
    boto().put_object(Bucket=BUCKET, Key="source", Body=b"source")
    http_request = by_botocore(s3.url, "PUT", f"/{BUCKET}/target", b"1")
    more = (
        ("X_Amz_Copy_Source", f"/{BUCKET}/source"),
        ("x-amz-meta-a_b", "underscored"),
        ("x-amz-meta-a-b", "dashed"),
    )
    assert send(http_request._replace(headers=(*more, *http_request.headers))).status == 200
    stored = boto().get_object(Bucket=BUCKET, Key="target")
    assert (stored["Body"].read(), stored["Metadata"]) == (b"1", {"a-b": "dashed"})
