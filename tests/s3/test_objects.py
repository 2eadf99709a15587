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

from smrt.config import configuration
from smrt.config.settings import settings
from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError, UsageError
from smrt.local.s3 import storage
from smrt.local.s3.storage import BUCKET
from smrt.protocol.messages import Credentials, Settings
from smrt.s3.botocore_client import connect
from smrt.s3.objects import PART, S3, Location, location
from tests.support.relay import Relay
from tests.support.scripted_endpoint import Endpoint, Received, response

KEYS = Credentials("AKIDEXAMPLE", "secretEXAMPLE", "token")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with storage.running(time) as running:
        yield running.url


def led_to(url: str, **changed: Any) -> S3:
    """S3 at `url`, asked once."""
    given = Settings("us-east-1", url, **{"max_attempts": 1, **changed})
    return connect(configuration.load({"HOME": "/nowhere"}), given, lambda: KEYS)


@pytest.fixture
def s3(url: str) -> S3:
    return led_to(url)


@pytest.fixture
def boto(url: str) -> Iterator[Any]:
    made = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    yield made
    made.close()


numbers = count()


@pytest.fixture
def place() -> Location:
    return Location(BUCKET, f"folder/{next(numbers)} ü+%2F.out")


def xml(code: str, message: str = "in words") -> bytes:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return body.encode()


def test_what_boto3_wrote_is_read(s3: S3, boto: Any, place: Location) -> None:
    assert s3.get(place) is None
    boto.put_object(Bucket=BUCKET, Key=place.key, Body=b"1,2", ContentType="text/csv")
    found = s3.get(place)
    assert found
    assert (found.content_type, found.body.read()) == ("text/csv", b"1,2")


SIZES = [0, 1, PART - 1, PART, PART + 1, 2 * PART]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_boto3_reads(s3: S3, boto: Any, place: Location, size: int) -> None:
    content = os.urandom(size)
    s3.put(place, io.BytesIO(content), "image/png")
    found = boto.get_object(Bucket=BUCKET, Key=place.key)
    assert (found["ContentType"], found["Body"].read()) == ("image/png", content)


def test_without_a_type_s3_chooses_one(s3: S3, place: Location) -> None:
    s3.put(place, io.BytesIO(b"1"))
    found = s3.get(place)
    assert found
    assert found.content_type == "binary/octet-stream"
    found.body.close()


def test_parts_are_taken_back_where_the_rest_cannot_be_read(
    s3: S3, boto: Any, place: Location
) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise KeyboardInterrupt
            return super().read(size)

    with pytest.raises(KeyboardInterrupt):
        s3.put(place, Breaking(bytes(PART + 1)))
    assert "Uploads" not in boto.list_multipart_uploads(Bucket=BUCKET)
    assert s3.get(place) is None


def test_old_s3s_without_checksums_get_none(
    url: str, boto: Any, place: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    led_to(url).put(place, io.BytesIO(bytes(PART + 1)))
    assert boto.head_object(Bucket=BUCKET, Key=place.key)["ContentLength"] == PART + 1


def test_a_missing_bucket_is_told(s3: S3) -> None:
    with pytest.raises(ServiceError) as caught:
        s3.get(Location("no-such-bucket", "key"))
    assert caught.value.code == "NoSuchBucket"
    assert caught.value.hints == ("make the bucket, or name one that is there",)


@pytest.mark.parametrize("key", ["missing", "folder/"])
def test_a_bucket_that_can_be_listed_tells_what_is_missing(s3: S3, key: str) -> None:
    assert s3.may_list(Location(BUCKET, key))


def test_a_403_is_told_from_a_missing_object(endpoint: Endpoint) -> None:
    denied = Location("bucket", "key")
    endpoint.reply(403, xml("AccessDenied"))
    endpoint.reply(403, xml("AccessDenied"))
    endpoint.reply(404, xml("NoSuchBucket"))
    with pytest.raises(ServiceError) as caught:
        led_to(endpoint.url).get(denied)
    assert (caught.value.code, caught.value.message) == ("AccessDenied", "in words")
    assert not led_to(endpoint.url).may_list(denied)
    with pytest.raises(ServiceError, match="NoSuchBucket"):
        led_to(endpoint.url).may_list(denied)


def test_requests_are_signed_with_the_keys_and_say_who_calls(endpoint: Endpoint) -> None:
    endpoint.reply(404, xml("NoSuchKey"))
    assert led_to(endpoint.url, user_agent="smrt/0").get(Location("bucket", "a b")) is None
    (request,) = endpoint.requests
    assert request.target == "/bucket/a%20b"
    assert "Credential=AKIDEXAMPLE/" in request.headers["authorization"]
    assert request.headers["x-amz-security-token"] == "token"
    assert request.headers["user-agent"].startswith("smrt/0")


def test_nothing_is_signed_where_that_is_asked_for(endpoint: Endpoint) -> None:
    endpoint.reply(404, xml("NoSuchKey"))
    led_to(endpoint.url, sign=False).get(Location("bucket", "key"))
    assert "authorization" not in endpoint.requests[0].headers


def test_without_keys_it_is_told() -> None:
    with pytest.raises(ConfigurationError, match="Unable to locate credentials"):
        connect(configuration.load({}), Settings("us-east-1"), lambda: None)


def test_keys_that_expire_are_asked_for_again(endpoint: Endpoint) -> None:
    soon = datetime.now(timezone.utc).timestamp() + 60
    given = [KEYS._replace(expires=soon), KEYS._replace(access_key="SECOND", expires=soon + 3600)]
    endpoint.reply(404, xml("NoSuchKey"))
    found = configuration.load({"HOME": "/nowhere"})
    connect(found, Settings("us-east-1", endpoint.url), lambda: given.pop(0)).get(
        Location("bucket", "key")
    )
    assert "Credential=SECOND/" in endpoint.requests[0].headers["authorization"]


def test_attempts_are_counted_as_everywhere(endpoint: Endpoint) -> None:
    endpoint.reply(500, xml("InternalError"))
    endpoint.reply(404, xml("NoSuchKey"))
    assert led_to(endpoint.url, max_attempts=2).get(Location("bucket", "key")) is None


def test_a_proxy_is_used_unless_the_host_is_to_be_reached_without(endpoint: Endpoint) -> None:
    endpoint.reply(404, xml("NoSuchKey"))
    given = Settings("us-east-1", "http://s3.example", max_attempts=1, http_proxy=endpoint.url)
    found = configuration.load({"HOME": "/nowhere"})
    connect(found, given, lambda: KEYS).get(Location("bucket", "key"))
    assert endpoint.requests[0].target == "http://s3.example/bucket/key"
    endpoint.reply(404, xml("NoSuchKey"))
    led_to(endpoint.url, http_proxy="http://127.0.0.1:9", no_proxy="127.0.0.1").get(
        Location("bucket", "key")
    )
    assert endpoint.requests[1].target == "/bucket/key"


ADDRESSES = [
    ({}, "https://s3.eu-west-3.amazonaws.com"),
    ({"use_dualstack": True}, "https://s3.dualstack.eu-west-3.amazonaws.com"),
    ({"use_fips": True, "region": "us-west-2"}, "https://s3-fips.us-west-2.amazonaws.com"),
    ({"region": "cn-north-1"}, "https://s3.cn-north-1.amazonaws.com.cn"),
]


@pytest.mark.parametrize(("changed", "address"), ADDRESSES)
def test_without_an_address_it_is_the_regions(changed: dict[str, Any], address: str) -> None:
    given = Settings("eu-west-3", https_proxy="http://127.0.0.1:9")._replace(**changed)
    made = connect(configuration.load({"HOME": "/nowhere"}), given, lambda: KEYS)
    assert made._client.meta.endpoint_url == address


def test_what_the_process_has_set_is_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    made = connect(configuration.load({"HOME": "/nowhere"}), Settings("us-east-1"), lambda: KEYS)
    assert "127.0.0.1" not in made._client.meta.endpoint_url


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


def test_the_profile_leads_to_s3_and_says_how_buckets_are_addressed(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.reply(404, xml("NoSuchKey"))
    path = tmp_path / "config"
    path.write_text(SERVICES.format(url="http://s3.example"))
    found = configuration.load({"AWS_CONFIG_FILE": str(path), "http_proxy": endpoint.url})
    connect(found, settings(found, service="s3"), lambda: KEYS).get(Location("bucket", "key"))
    assert endpoint.requests[0].target == "http://bucket.s3.example/key"
    path.write_text(SERVICES.format(url="http://s3.example").replace("virtual", "path"))
    endpoint.reply(404, xml("NoSuchKey"))
    found = configuration.load({"AWS_CONFIG_FILE": str(path), "http_proxy": endpoint.url})
    connect(found, settings(found, service="s3"), lambda: KEYS).get(Location("bucket", "key"))
    assert endpoint.requests[1].target == "http://s3.example/bucket/key"


VARIABLES = [
    ({"AWS_ENDPOINT_URL_S3": "http://a", "AWS_ENDPOINT_URL": "http://b"}, "http://a"),
    ({"AWS_ENDPOINT_URL": "http://b"}, "http://b"),
    ({"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://c"}, None),
]


@pytest.mark.parametrize(("environ", "url"), VARIABLES)
def test_the_environment_leads_to_s3(environ: dict[str, str], url: str | None) -> None:
    found = configuration.load({"AWS_REGION": "us-east-1", "HOME": "/nowhere", **environ})
    assert settings(found, service="s3").endpoint_url == url


def test_a_port_that_nobody_listens_on_is_a_transport_error() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        s3 = led_to(f"http://127.0.0.1:{bound.getsockname()[1]}")
        with pytest.raises(TransportError) as caught:
            s3.get(Location("bucket", "key"))
    assert caught.value.code == "EndpointConnectionError"


def test_a_body_that_breaks_off_is_a_transport_error(endpoint: Endpoint) -> None:
    whole = response(200, b"0123456789", [("Content-Type", "text/plain")])

    def breaking_off(sock: socket.socket, _: Received) -> None:
        sock.sendall(whole[:-5])
        sock.shutdown(socket.SHUT_WR)

    endpoint.answer(breaking_off)
    found = led_to(endpoint.url).get(Location("bucket", "key"))
    assert found
    with pytest.raises(TransportError):
        found.body.read()


def test_silence_ends_with_the_read_timeout(endpoint: Endpoint) -> None:
    endpoint.answer(lambda *_: None)
    with pytest.raises(TransportError) as caught:
        led_to(endpoint.url, read_timeout=0.1).get(Location("bucket", "key"))
    assert caught.value.code == "ReadTimeoutError"


def test_tls_trusts_the_bundle_that_is_named(secure: Endpoint, ca_bundle: str) -> None:
    secure.reply(404, xml("NoSuchKey"))
    assert led_to(secure.url, ca_bundle=ca_bundle).get(Location("bucket", "key")) is None


def test_tls_trusts_folders_and_the_platforms_own(
    secure: Endpoint, ca_bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    shutil.copy(ca_bundle, tmp_path / "ca.pem")
    subprocess.run([openssl, "rehash", str(tmp_path)], capture_output=True, check=True)
    secure.reply(404, xml("NoSuchKey"))
    assert led_to(secure.url, ca_bundle=str(tmp_path)).get(Location("bucket", "key")) is None
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    secure.reply(404, xml("NoSuchKey"))
    assert led_to(secure.url).get(Location("bucket", "key")) is None


def test_tls_trusts_nobody_else(secure: Endpoint) -> None:
    with pytest.raises(TransportError) as caught:
        led_to(secure.url).get(Location("bucket", "key"))
    assert caught.value.code == "SSLError"


def test_tls_trusts_anybody_where_that_is_asked_for(secure: Endpoint) -> None:
    secure.reply(404, xml("NoSuchKey"))
    assert led_to(secure.url, verify=False).get(Location("bucket", "key")) is None


def test_a_bundle_that_cannot_be_read_is_told(secure: Endpoint, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"the CA bundle .* cannot be used"):
        led_to(secure.url, ca_bundle=str(tmp_path / "none"))


def test_tls_is_the_same_through_a_proxy(secure: Endpoint, ca_bundle: str) -> None:
    with closing(Relay()) as relay:
        secure.reply(404, xml("NoSuchKey"))
        proxy = f"http://127.0.0.1:{relay.port}"
        s3 = led_to(secure.url, ca_bundle=ca_bundle, https_proxy=proxy)
        assert s3.get(Location("bucket", "key")) is None
        assert relay.heads[0].startswith(f"CONNECT 127.0.0.1:{secure.port} ")
        s3.close()


def test_a_bucket_that_cannot_be_one_is_a_usage_error(s3: S3) -> None:
    with pytest.raises(UsageError, match="Invalid bucket name"):
        s3.get(Location("no bucket", "key"))


def test_an_answer_without_a_body_is_told_by_its_status(endpoint: Endpoint) -> None:
    endpoint.reply(403, b"")
    with pytest.raises(SmrtError) as caught:
        led_to(endpoint.url).get(Location("bucket", "key"))
    assert caught.value.code == "403"


@pytest.mark.parametrize("text", ["", "bucket/key", "s3://", "s3:///key", "s3://bucket/", "s3://b"])
def test_an_address_needs_bucket_and_key(text: str) -> None:
    with pytest.raises(UsageError, match="--output-location: not the address") as caught:
        location(text, "--output-location")
    assert caught.value.hints == ("such an address looks like s3://BUCKET/KEY",)


def test_an_address_is_told_as_it_was_given() -> None:
    assert str(location("s3://bucket/a//b c?d", "x")) == "s3://bucket/a//b c?d"
