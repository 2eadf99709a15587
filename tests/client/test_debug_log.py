import re
from pathlib import Path
from typing import Any

import pytest

from smrt.client.debug_log import listed, stamped
from smrt.config.configuration import load
from smrt.config.connection_options import ConnectionOptions
from smrt.config.origins import origins
from smrt.protocol.messages import Settings
from tests.conftest import CREDENTIAL_VARIABLES, Smrt
from tests.support.scripted_endpoint import Endpoint, error

CALL = ("invoke-endpoint", "--endpoint-name", "e", "--body", "aGVsbG8=")


def test_every_line_has_a_timestamp() -> None:
    written: list[str] = []
    stamped(written.append, clock=lambda: 0.25)("one\ntwo")
    assert re.fullmatch(r"(19[67]\d-\d\d-\d\d \d\d:\d\d:\d\d,250 (one|two)\n){2}", written[0])


def test_tokens_signatures_and_access_keys_are_masked() -> None:
    text = listed(
        (
            ("X-Amz-Security-Token", "TOKEN"),
            ("Proxy-Authorization", "Basic dXNlcg=="),
            (
                "Authorization",
                (
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/eu-west-1/sagemaker/"
                    "aws4_request, SignedHeaders=host, Signature=0123456789abcdef"
                ),
            ),
            ("Accept", "text/csv"),
        )
    )
    assert text == (
        "\n  X-Amz-Security-Token: ****"
        "\n  Proxy-Authorization: ****"
        "\n  Authorization: AWS4-HMAC-SHA256 Credential=****MPLE/20261120/eu-west-1/sagemaker/"
        "aws4_request, SignedHeaders=host, Signature=****"
        "\n  Accept: text/csv"
    )


def test_debug_logs_each_attempt(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.respond_with(lambda sock, _: sock.sendall(error(503, "ServiceUnavailable", "busy")))
    ran = smrt(*CALL, "--debug", env={"AWS_SESSION_TOKEN": "secret-token"})
    assert (ran.code, ran.out) == (0, b'{"predictions":[1]}')
    lines = [line[24:] for line in ran.err.splitlines()]
    marks = [line.partition(":")[0] for line in lines if re.match(r"[\w ]+: \d+\.\d ms", line)]
    assert marks == ["name lookup", "connect", "first byte", "whole", "first byte", "whole"]
    assert [line for line in lines if line.startswith("status")] == ["status 503", "status 200"]
    for expected in (
        "profile default: by default",
        "region us-east-1: it comes from the environment variable AWS_DEFAULT_REGION",
        f"endpoint URL {endpoint.url}: from AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME",
        "credentials: env",
        f"POST {endpoint.url}/endpoints/e/invocations",
        "with a body of 5 bytes",
        "  X-Amz-Security-Token: ****",
        "  amz-sdk-request: attempt=2; max=3",
    ):
        assert expected in lines


def test_debug_shows_no_secret(smrt: Smrt) -> None:
    ran = smrt(*CALL, "--debug", env={"AWS_SESSION_TOKEN": "secret-token"})
    for secret in (*list(CREDENTIAL_VARIABLES.values())[:2], "secret-token"):
        assert secret not in ran.err


def test_without_debug_nothing_is_logged(smrt: Smrt) -> None:
    assert smrt(*CALL).err == ""


NAMES = [
    ({}, None, {"region": "r1"}, ["by default", "from --region", "by default"]),
    (
        {"AWS_PROFILE": "p", "AWS_REGION": "r1", "AWS_ENDPOINT_URL": "http://u"},
        None,
        {},
        [
            "from AWS_PROFILE",
            "it comes from the environment variable AWS_REGION",
            "from AWS_ENDPOINT_URL",
        ],
    ),
    (
        {"AWS_DEFAULT_PROFILE": "p"},
        None,
        {"endpoint_url": "http://u"},
        ["from AWS_DEFAULT_PROFILE", "from the instance metadata", "from --endpoint-url"],
    ),
    (
        {"AWS_CONFIG_FILE": "{config}"},
        "p",
        {},
        ["from --profile", "it comes from region in the profile p of {config}", "from {config}"],
    ),
]


@pytest.mark.parametrize(("environ", "profile", "options", "expected"), NAMES)
def test_origins_are_described(
    environ: dict[str, str],
    profile: str | None,
    options: dict[str, Any],
    expected: list[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "config"
    path.write_text("[profile p]\nregion = r1\nendpoint_url = http://u\n")
    where = {"config": str(path)}
    environ = {name: value.format(**where) for name, value in environ.items()}
    config = load({"HOME": str(tmp_path), **environ}, profile)
    url = None if expected[2] == "by default" else "http://u"
    lines = origins(config, Settings(region="r1", endpoint_url=url), ConnectionOptions(**options))
    values = [line.partition(": ")[2] for line in lines]
    shown = [text.replace("http://u: ", "") for text in values]
    assert shown == [text.format(**where) for text in expected]


@pytest.mark.parametrize(("words", "is_logged"), [((), True), (("--endpoint-name", "e"), False)])
def test_the_origin_of_a_configured_endpoint_name_is_logged(
    words: tuple[str, ...], smrt: Smrt, *, is_logged: bool
) -> None:
    line = ("invoke-endpoint", *words, "--data", "x", "--dry-run", "--debug")
    done = smrt(*line, env={"SMRT_ENDPOINT_NAME": "iris"})
    origin = "EndpointName iris: it comes from the environment variable SMRT_ENDPOINT_NAME\n"
    assert (done.code, origin in done.err) == (0, is_logged)
