import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from smrt.local.s3.storage import BUCKET
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC
from tests.conftest import Smrt
from tests.support.scripted_endpoint import Endpoint, error
from tests.support.storage_server import QueuedCall, bucket

SEND = ("invoke-endpoint-async", "--endpoint-name", "iris", "--content-type", "text/csv")
STAGE = ("--stage", f"s3://{BUCKET}/staged/")
LOCATION = "x-amzn-sagemaker-inputlocation"


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with bucket() as made:
        yield made


@pytest.fixture
def env(s3: Any) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL_S3": s3.url}


@pytest.mark.parametrize("size", [5, 30_000_000])
def test_the_body_is_uploaded_and_its_location_sent(
    smrt: Smrt, endpoint: Endpoint, s3: Any, env: dict[str, str], size: int
) -> None:
    QueuedCall().accept(endpoint)
    content = os.urandom(size)
    Path("input").write_bytes(content)
    done = smrt(*SEND, *STAGE, "--body", "fileb://input", env=env)
    assert (done.code, done.err) == (0, "")
    (request,) = endpoint.requests
    inference_id = request.headers["x-amzn-sagemaker-inference-id"]
    assert UUID(inference_id).version == 4
    assert request.headers[LOCATION] == f"s3://{BUCKET}/staged/{inference_id}"
    assert request.body == b""
    stored = s3.Object(f"staged/{inference_id}").get()
    assert (stored["ContentType"], stored["Body"].read()) == ("text/csv", content)


def test_the_inference_id_is_the_key_and_the_body_can_be_standard_input(
    smrt: Smrt, endpoint: Endpoint, s3: Any, env: dict[str, str]
) -> None:
    QueuedCall().accept(endpoint)
    line = (*SEND, "--stage", f"s3://{BUCKET}", "--inference-id", "mine", "--body", "-")
    assert smrt(*line, stdin=b"1,2", env=env).code == 0
    assert endpoint.requests[0].headers[LOCATION] == f"s3://{BUCKET}/mine"
    assert s3.Object("mine").get()["Body"].read() == b"1,2"


def test_stage_and_wait_can_be_combined(
    smrt: Smrt, endpoint: Endpoint, s3: Any, env: dict[str, str]
) -> None:
    queued = QueuedCall()
    queued.accept(endpoint)
    s3.put_object(Key=queued.output_key, Body=b"answer")
    done = smrt(*SEND, *STAGE, "--body", "AQI=", "--wait", env=env)
    assert (done.code, done.out) == (0, b"answer")


def test_if_the_call_fails_the_input_stays_in_s3_and_its_location_is_printed(
    smrt: Smrt, endpoint: Endpoint, s3: Any, env: dict[str, str]
) -> None:
    endpoint.respond_with(
        lambda sock, _: sock.sendall(error(400, "ValidationError", "no such endpoint"))
    )
    done = smrt(*SEND, *STAGE, "--inference-id", "id-1", "--body", "AQI=", env=env)
    assert done.code == 254
    location = f"s3://{BUCKET}/staged/id-1"
    assert (
        f"smrt: hint: the input is saved in S3; to reuse it: --input-location {location}\n"
        in done.err
    )
    assert s3.Object("staged/id-1").get()["Body"].read() == b"\x01\x02"


def test_if_the_call_is_interrupted_the_input_stays_in_s3_and_its_location_is_printed(
    smrt: Smrt, endpoint: Endpoint, env: dict[str, str]
) -> None:
    endpoint.respond_with(lambda *_: os.kill(os.getpid(), signal.SIGINT))
    done = smrt(*SEND, *STAGE, "--inference-id", "id-1", "--body", "AQI=", env=env)
    location = f"s3://{BUCKET}/staged/id-1"
    assert (done.code, done.err) == (
        130,
        f"smrt: the input is saved in S3; to reuse it: --input-location {location}\n",
    )


FAULTS = [
    ((*STAGE,), 252, "--stage requires --data, --json or --body to upload"),
    ((*STAGE, "--body", "AQI=", "--input-location", "s3://a/b"), 252, "cannot be used together"),
    (("--stage", "bucket/folder", "--body", "AQI="), 252, "not an S3 URI: 'bucket/folder'"),
    (("--stage", "s3://", "--body", "AQI="), 252, "not an S3 URI: 's3://'"),
    ((*STAGE, "--body", "AQI=", "--inference-id", ""), 252, "Invalid length for parameter Inf"),
    (
        ("--stage", "s3://no-such-bucket/a", "--body", "AQI="),
        254,
        "create the bucket, or use",
    ),
]


@pytest.mark.parametrize(("options", "code", "message"), FAULTS)
def test_a_call_that_cannot_be_staged_is_not_sent(
    smrt: Smrt,
    endpoint: Endpoint,
    env: dict[str, str],
    options: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    done = smrt(*SEND, *options, env=env)
    assert (done.code, done.out, endpoint.requests) == (code, b"", [])
    assert message in done.err


@pytest.mark.parametrize("option", ["--dry-run", "--generate-cli-skeleton=output"])
def test_a_preview_uploads_nothing(
    smrt: Smrt, endpoint: Endpoint, s3: Any, env: dict[str, str], option: str
) -> None:
    done = smrt(*SEND, *STAGE, "--body", "AQI=", "--inference-id", "shown", option, env=env)
    assert (done.code, endpoint.requests) == (0, [])
    assert not list(s3.objects.filter(Prefix="staged/shown"))


def test_without_validation_the_service_checks_the_parameters(
    smrt: Smrt, endpoint: Endpoint, env: dict[str, str], tmp_path: Path
) -> None:
    QueuedCall().accept(endpoint)
    config = tmp_path / "config"
    config.write_text("[default]\nparameter_validation = false\n")
    env = {**env, "AWS_CONFIG_FILE": str(config)}
    done = smrt(*SEND, *STAGE, "--body", "AQI=", "--request-ttl-seconds", "1", env=env)
    assert (done.code, len(endpoint.requests)) == (0, 1)


def test_a_body_that_is_too_large_is_not_sent_and_has_a_hint(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    most = INVOKE_ENDPOINT_ASYNC.member("Body").maximum
    assert most == 128_000
    done = smrt(*SEND, "--body", "-", stdin=bytes(most + 1))
    assert (done.code, done.out, endpoint.requests) == (252, b"", [])
    assert "value: 128001, valid max length: 128000" in done.err
    assert "smrt: hint: add --stage s3://BUCKET/PREFIX" in done.err
    endpoint.respond(202, b"{}")
    assert smrt(*SEND, "--body", "-", stdin=bytes(most)).code == 0
