import io
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from time import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import MissingDependencyException

from smrt.config import configuration
from smrt.config.installation import CRT, install_command
from smrt.config.settings import settings
from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError, UsageError
from smrt.local.s3 import storage
from smrt.local.s3.storage import BUCKET
from smrt.protocol.messages import Credentials, Settings
from smrt.s3.botocore_client import connect
from smrt.s3.objects import PART, S3, Location, location, part_size
from smrt.s3.s3_translation import CONNECTING, s3_translated
from tests.support.relay import Relay
from tests.support.scripted_endpoint import Endpoint, Received, Responder, drop, raw, response
from tests.support.storage_server import cut_short, unparsable

CREDENTIALS = Credentials("AKIDEXAMPLE", "secretEXAMPLE", "token")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with storage.running_storage(time) as running:
        yield running.url


def connected(url: str, **changed: Any) -> S3:
    """S3 at `url`, without retries."""
    s3_settings = Settings("us-east-1", url, **{"max_attempts": 1, **changed})
    return connect(configuration.load({"HOME": "/nowhere"}), s3_settings, lambda: CREDENTIALS)


@pytest.fixture
def s3(url: str) -> S3:
    return connected(url)


@pytest.fixture
def boto(url: str) -> Iterator[Any]:
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    yield client
    client.close()


numbers = count()


@pytest.fixture
def target() -> Location:
    return Location(BUCKET, f"folder/{next(numbers)} ü+%2F.out")


def xml(code: str, message: str = "the message") -> bytes:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return body.encode()


def test_an_object_from_boto3_can_be_read(s3: S3, boto: Any, target: Location) -> None:
    assert s3.get(target) is None
    boto.put_object(Bucket=BUCKET, Key=target.key, Body=b"1,2", ContentType="text/csv")
    obj = s3.get(target)
    assert obj
    assert (obj.content_type, obj.body.read()) == ("text/csv", b"1,2")


SIZES = [0, 1, PART - 1, PART, PART + 1, 2 * PART]


@pytest.mark.parametrize("size", SIZES)
def test_boto3_can_read_an_uploaded_object(s3: S3, boto: Any, target: Location, size: int) -> None:
    content = os.urandom(size)
    s3.put(target, io.BytesIO(content), "image/png")
    obj = boto.get_object(Bucket=BUCKET, Key=target.key)
    assert (obj["ContentType"], obj["Body"].read()) == ("image/png", content)


def test_the_default_content_type_is_that_of_s3(s3: S3, target: Location) -> None:
    s3.put(target, io.BytesIO(b"1"))
    obj = s3.get(target)
    assert obj
    assert obj.content_type == "binary/octet-stream"
    obj.body.close()


def test_an_upload_is_aborted_if_a_part_cannot_be_read(s3: S3, boto: Any, target: Location) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == PART:
                raise KeyboardInterrupt
            return super().read(size)

    with pytest.raises(KeyboardInterrupt):
        s3.put(target, Breaking(bytes(PART + 1)))
    assert "Uploads" not in boto.list_multipart_uploads(Bucket=BUCKET)
    assert s3.get(target) is None


def test_the_largest_number_of_parts_is_enough_for_a_billion_results() -> None:
    sizes = [part_size(number) for number in range(1, 10_001)]
    assert sum(sizes) > 400 << 30
    assert {sizes[number] for number in (0, 500, 998)} == {PART}


def test_checksums_can_be_disabled_for_old_s3_servers(
    url: str, boto: Any, target: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    connected(url).put(target, io.BytesIO(bytes(PART + 1)))
    assert boto.head_object(Bucket=BUCKET, Key=target.key)["ContentLength"] == PART + 1


def test_a_missing_bucket_is_reported(s3: S3) -> None:
    with pytest.raises(ServiceError) as caught:
        s3.get(Location("no-such-bucket", "key"))
    assert caught.value.code == "NoSuchBucket"
    assert caught.value.hints == ("create the bucket, or use an existing one",)


@pytest.mark.parametrize("key", ["missing", "folder/"])
def test_a_bucket_that_can_be_listed_is_detected(s3: S3, key: str) -> None:
    assert s3.may_list(Location(BUCKET, key))


def test_a_403_is_not_a_missing_object(endpoint: Endpoint) -> None:
    denied = Location("bucket", "key")
    endpoint.respond(403, xml("AccessDenied"))
    endpoint.respond(403, xml("AccessDenied"))
    endpoint.respond(404, xml("NoSuchBucket"))
    with pytest.raises(ServiceError) as caught:
        connected(endpoint.url).get(denied)
    assert (caught.value.code, caught.value.message) == ("AccessDenied", "the message")
    assert not connected(endpoint.url).may_list(denied)
    with pytest.raises(ServiceError, match="NoSuchBucket"):
        connected(endpoint.url).may_list(denied)


def test_requests_have_a_signature_and_the_user_agent(endpoint: Endpoint) -> None:
    endpoint.respond(404, xml("NoSuchKey"))
    assert connected(endpoint.url, user_agent="smrt/0").get(Location("bucket", "a b")) is None
    (request,) = endpoint.requests
    assert request.target == "/bucket/a%20b"
    assert "Credential=AKIDEXAMPLE/" in request.headers["authorization"]
    assert request.headers["x-amz-security-token"] == "token"
    assert request.headers["user-agent"].startswith("smrt/0")


def test_requests_can_be_unsigned(endpoint: Endpoint) -> None:
    endpoint.respond(404, xml("NoSuchKey"))
    connected(endpoint.url, sign=False).get(Location("bucket", "key"))
    assert "authorization" not in endpoint.requests[0].headers


def test_missing_credentials_are_reported() -> None:
    with pytest.raises(ConfigurationError, match="Unable to locate credentials"):
        connect(configuration.load({}), Settings("us-east-1"), lambda: None)


def test_expiring_credentials_are_refreshed(endpoint: Endpoint) -> None:
    soon = datetime.now(timezone.utc).timestamp() + 60
    credentials = [
        CREDENTIALS._replace(expires=soon),
        CREDENTIALS._replace(access_key="SECOND", expires=soon + 3600),
    ]
    endpoint.respond(404, xml("NoSuchKey"))
    config = configuration.load({"HOME": "/nowhere"})
    connect(config, Settings("us-east-1", endpoint.url), lambda: credentials.pop(0)).get(
        Location("bucket", "key")
    )
    assert "Credential=SECOND/" in endpoint.requests[0].headers["authorization"]


def test_the_maximum_of_attempts_applies_to_s3(endpoint: Endpoint) -> None:
    endpoint.respond(500, xml("InternalError"))
    endpoint.respond(404, xml("NoSuchKey"))
    assert connected(endpoint.url, max_attempts=2).get(Location("bucket", "key")) is None


def test_a_proxy_is_used_unless_the_host_is_in_no_proxy(endpoint: Endpoint) -> None:
    endpoint.respond(404, xml("NoSuchKey"))
    s3_settings = Settings(
        "us-east-1", "http://s3.example", max_attempts=1, http_proxy=endpoint.url
    )
    config = configuration.load({"HOME": "/nowhere"})
    connect(config, s3_settings, lambda: CREDENTIALS).get(Location("bucket", "key"))
    assert endpoint.requests[0].target == "http://s3.example/bucket/key"
    endpoint.respond(404, xml("NoSuchKey"))
    connected(endpoint.url, http_proxy="http://127.0.0.1:9", no_proxy="127.0.0.1").get(
        Location("bucket", "key")
    )
    assert endpoint.requests[1].target == "/bucket/key"


ENDPOINT_URLS = [
    ({}, "https://s3.eu-west-3.amazonaws.com"),
    ({"use_dualstack": True}, "https://s3.dualstack.eu-west-3.amazonaws.com"),
    ({"use_fips": True, "region": "us-west-2"}, "https://s3-fips.us-west-2.amazonaws.com"),
    ({"region": "cn-north-1"}, "https://s3.cn-north-1.amazonaws.com.cn"),
]


@pytest.mark.parametrize(("changed", "endpoint_url"), ENDPOINT_URLS)
def test_the_default_endpoint_url_is_that_of_the_region(
    changed: dict[str, Any], endpoint_url: str
) -> None:
    s3_settings = Settings("eu-west-3", https_proxy="http://127.0.0.1:9")._replace(**changed)
    client = connect(configuration.load({"HOME": "/nowhere"}), s3_settings, lambda: CREDENTIALS)
    assert client._client.meta.endpoint_url == endpoint_url


def test_botocore_does_not_read_the_environment_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    client = connect(
        configuration.load({"HOME": "/nowhere"}), Settings("us-east-1"), lambda: CREDENTIALS
    )
    assert "127.0.0.1" not in client._client.meta.endpoint_url


SERVICES = """
[default]
region = us-east-1
services = mine
s3 =
    addressing_style = virtual

[services mine]
s3 =
    endpoint_url = {url}
sagemaker_runtime =
    endpoint_url = http://elsewhere.example
"""


def test_the_profile_has_the_endpoint_url_and_the_addressing_style(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.respond(404, xml("NoSuchKey"))
    path = tmp_path / "config"
    path.write_text(SERVICES.format(url="http://s3.example"))
    config = configuration.load({"AWS_CONFIG_FILE": str(path), "http_proxy": endpoint.url})
    connect(config, settings(config, service="s3"), lambda: CREDENTIALS).get(
        Location("bucket", "key")
    )
    assert endpoint.requests[0].target == "http://bucket.s3.example/key"
    path.write_text(SERVICES.format(url="http://s3.example").replace("virtual", "path"))
    endpoint.respond(404, xml("NoSuchKey"))
    config = configuration.load({"AWS_CONFIG_FILE": str(path), "http_proxy": endpoint.url})
    connect(config, settings(config, service="s3"), lambda: CREDENTIALS).get(
        Location("bucket", "key")
    )
    assert endpoint.requests[1].target == "http://s3.example/bucket/key"


VARIABLES = [
    ({"AWS_ENDPOINT_URL_S3": "http://a", "AWS_ENDPOINT_URL": "http://b"}, "http://a"),
    ({"AWS_ENDPOINT_URL": "http://b"}, "http://b"),
    ({"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://c"}, None),
]


@pytest.mark.parametrize(("environ", "url"), VARIABLES)
def test_the_environment_has_the_endpoint_url(environ: dict[str, str], url: str | None) -> None:
    config = configuration.load({"AWS_REGION": "us-east-1", "HOME": "/nowhere", **environ})
    assert settings(config, service="s3").endpoint_url == url


def test_a_refused_connection_is_a_transport_error() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        s3 = connected(f"http://127.0.0.1:{bound.getsockname()[1]}")
        with pytest.raises(TransportError) as caught:
            s3.get(Location("bucket", "key"))
    assert caught.value.code == "EndpointConnectionError"


def test_a_truncated_body_is_a_transport_error(endpoint: Endpoint) -> None:
    complete = response(200, b"0123456789", [("Content-Type", "text/plain")])

    def truncated(sock: socket.socket, _: Received) -> None:
        sock.sendall(complete[:-5])
        sock.shutdown(socket.SHUT_WR)

    endpoint.respond_with(truncated)
    obj = connected(endpoint.url).get(Location("bucket", "key"))
    assert obj
    with pytest.raises(TransportError):
        obj.body.read()


UNREADABLE: dict[str, tuple[Responder, str]] = {
    **{
        f"{status} cut": (cut_short(status), "ResponseStreamingError") for status in (403, 404, 503)
    },
    "404 with a broken chunk": (
        raw(b"HTTP/1.1 404 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", drop),
        "ResponseStreamingError",
    ),
    "200 cut in its head": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nConte", drop),
        "ResponseStreamingError",
    ),
    "a checksum": (unparsable(500, "x-amz-checksum-crc32", "AAAAAA=="), "ResponseParserError"),
    "a length": (
        raw(b"HTTP/1.1 200 X\r\nContent-Length: x\r\n\r\n", drop),
        "ResponseParserError",
    ),
    "a date": (unparsable(200, "Last-Modified", "bad"), "ResponseParserError"),
    "a date as a number": (unparsable(200, "Last-Modified", "9" * 30), "ResponseParserError"),
}


@pytest.mark.parametrize(("responder", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_response_that_cannot_be_read_is_a_transport_error(
    endpoint: Endpoint, responder: Responder, code: str
) -> None:
    endpoint.respond_with(responder)
    with pytest.raises(TransportError) as caught:
        connected(endpoint.url).get(Location("bucket", "key"))
    assert caught.value.code == code
    assert "\n" not in caught.value.message


def test_silence_ends_with_the_read_timeout(endpoint: Endpoint) -> None:
    endpoint.respond_with(lambda *_: None)
    with pytest.raises(TransportError) as caught:
        connected(endpoint.url, read_timeout=0.1).get(Location("bucket", "key"))
    assert caught.value.code == "ReadTimeoutError"


def test_tls_trusts_the_ca_bundle(secure: Endpoint, ca_bundle: str) -> None:
    secure.respond(404, xml("NoSuchKey"))
    assert connected(secure.url, ca_bundle=ca_bundle).get(Location("bucket", "key")) is None


def test_tls_trusts_folders_and_the_platforms_own(
    secure: Endpoint, ca_bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    shutil.copy(ca_bundle, tmp_path / "ca.pem")
    subprocess.run([openssl, "rehash", str(tmp_path)], capture_output=True, check=True)
    secure.respond(404, xml("NoSuchKey"))
    assert connected(secure.url, ca_bundle=str(tmp_path)).get(Location("bucket", "key")) is None
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    secure.respond(404, xml("NoSuchKey"))
    assert connected(secure.url).get(Location("bucket", "key")) is None


def test_tls_trusts_nobody_else(secure: Endpoint) -> None:
    with pytest.raises(TransportError) as caught:
        connected(secure.url).get(Location("bucket", "key"))
    assert caught.value.code == "SSLError"
    assert "--ca-bundle" in caught.value.hints[0]


def test_tls_verification_can_be_disabled(secure: Endpoint) -> None:
    secure.respond(404, xml("NoSuchKey"))
    assert connected(secure.url, verify=False).get(Location("bucket", "key")) is None


def test_an_unreadable_ca_bundle_is_reported(secure: Endpoint, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"the CA bundle .* cannot be used"):
        connected(secure.url, ca_bundle=str(tmp_path / "none"))


def test_tls_is_the_same_through_a_proxy(secure: Endpoint, ca_bundle: str) -> None:
    with closing(Relay()) as relay:
        secure.respond(404, xml("NoSuchKey"))
        proxy = f"http://127.0.0.1:{relay.port}"
        s3 = connected(secure.url, ca_bundle=ca_bundle, https_proxy=proxy)
        assert s3.get(Location("bucket", "key")) is None
        assert relay.heads[0].startswith(f"CONNECT 127.0.0.1:{secure.port} ")
        s3.close()


def test_an_invalid_bucket_name_is_a_usage_error(s3: S3) -> None:
    with pytest.raises(UsageError, match="Invalid bucket name"):
        s3.get(Location("no bucket", "key"))


def test_the_code_of_a_response_without_a_body_is_its_status(endpoint: Endpoint) -> None:
    endpoint.respond(403, b"")
    with pytest.raises(SmrtError) as caught:
        connected(endpoint.url).get(Location("bucket", "key"))
    assert caught.value.code == "403"


@pytest.mark.parametrize("text", ["", "bucket/key", "s3://", "s3:///key", "s3://bucket/", "s3://b"])
def test_an_s3_uri_needs_bucket_and_key(text: str) -> None:
    with pytest.raises(UsageError, match="--output-location: not the S3 URI") as caught:
        location(text, "--output-location")
    assert caught.value.hints == ("use a URI such as s3://BUCKET/KEY",)


def test_a_location_is_printed_as_the_same_s3_uri() -> None:
    assert str(location("s3://bucket/a//b c?d", "x")) == "s3://bucket/a//b c?d"


def test_the_hint_for_a_missing_dependency_of_botocore_adds_it_to_this_installation() -> None:
    with pytest.raises(ConfigurationError) as caught, s3_translated(CONNECTING):
        raise MissingDependencyException(msg="Use pip install botocore[crt] before proceeding.")
    assert caught.value.hints == (install_command(CRT),)


@pytest.mark.parametrize("file", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
@pytest.mark.parametrize("value", ["path", ""])
def test_a_value_instead_of_the_section_s3_is_an_error(
    tmp_path: Path, file: str, value: str
) -> None:
    path = tmp_path / "config"
    path.write_text(f"[default]\ns3 = {value}\n")
    config = configuration.load({"HOME": "/nowhere", file: str(path)})
    with pytest.raises(ConfigurationError, match=f"is not a section: '{value}'") as caught:
        connect(config, Settings("us-east-1"), lambda: CREDENTIALS)
    assert caught.value.hints[0] == f"it comes from s3 in the profile default of {path}"
