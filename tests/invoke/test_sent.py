"""Exit codes 252 and 253 promise that no request was sent; later errors exit with 254 or 255."""

import io
import json
import shutil
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from smrt.cli.main import main
from smrt.client.caller import Caller
from smrt.client.dependencies import Dependencies
from smrt.errors import (
    ConfigurationError,
    ServiceError,
    SmrtError,
    TransportError,
    UsageError,
    after_sending,
)
from smrt.output.console import Console
from smrt.protocol.messages import Credentials, Settings
from smrt.protocol.operations import INVOKE_ENDPOINT
from tests.conftest import Result, Smrt, Terminal
from tests.support.scripted_endpoint import Endpoint, drop, error, raw, response
from tests.support.streams import message, part, stream

QUEUE = ("invoke-endpoint-async", "--endpoint-name", "e", "--input-location", "s3://b/k")
INVOKE = ("invoke-endpoint", "--endpoint-name", "e", "--body", "")
STREAM = ("invoke-endpoint-with-response-stream", "--endpoint-name", "e", "--body", "")
CALLS = (INVOKE, STREAM, QUEUE)
OUTPUT = "s3://bucket/output/1.out"
RUNTIME = "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"
S3 = "AWS_ENDPOINT_URL_S3"


def accept(endpoint: Endpoint, location: str | None = OUTPUT) -> None:
    """Let `endpoint` queue the next request."""
    headers = [] if location is None else [("X-Amzn-SageMaker-OutputLocation", location)]
    endpoint.respond(202, b'{"InferenceId":"id-7"}', headers)


def calls(endpoint: Endpoint) -> int:
    """The number of requests to the runtime; the same endpoint can be S3, too."""
    return sum(received.target.startswith("/endpoints/") for received in endpoint.requests)


@pytest.mark.parametrize("kind", [UsageError, ConfigurationError])
def test_an_error_after_a_request_changes_only_its_exit_status(kind: type[SmrtError]) -> None:
    failure = kind("what", "do this")
    failure.resume = "smrt wait"
    with pytest.raises(SmrtError) as caught, after_sending({"InferenceId": "1"}):
        raise failure
    error = caught.value
    assert type(error) is SmrtError
    assert (error.exit_code, error.code) == (255, "General")
    assert (error.message, error.hints, error.resume) == ("what", ("do this",), "smrt wait")
    assert (error.metadata, error.__cause__) == ({"InferenceId": "1"}, failure)


def test_a_specific_error_code_is_unchanged_after_a_request() -> None:
    with pytest.raises(SmrtError) as caught, after_sending():
        raise ConfigurationError("no keys", code="NoCredentials")
    assert caught.value.code == "NoCredentials"


SERVICE = ServiceError({"Error": {"Code": "C", "Message": "m"}, "ResponseMetadata": {}}, "O")


@pytest.mark.parametrize("failure", [SmrtError("x"), TransportError("x"), SERVICE])
def test_other_errors_are_unchanged_after_a_request(failure: SmrtError) -> None:
    with pytest.raises(SmrtError) as caught, after_sending({"InferenceId": "1"}):
        raise failure
    assert caught.value is failure
    assert failure.metadata == {"InferenceId": "1"}


@pytest.mark.parametrize("kind", [UsageError, ConfigurationError])
def test_an_error_is_unchanged_if_nothing_was_sent(kind: type[SmrtError]) -> None:
    with pytest.raises(kind), after_sending(was_sent=lambda: False):
        raise kind("x")


LOCATIONS = [
    (None, "the response has no OutputLocation"),
    ("", "not the S3 URI of an object: ''"),
    ("https://a/b", "not the S3 URI of an object: 'https://a/b'"),
    ("s3://no-key", "not the S3 URI of an object: 's3://no-key'"),
    ("s3://B!/key", 'Invalid bucket name "B!"'),
]


@pytest.mark.parametrize(("location", "message"), LOCATIONS)
def test_invalid_locations_in_the_response_are_not_a_usage_error(
    location: str | None, message: str, smrt: Smrt, endpoint: Endpoint
) -> None:
    accept(endpoint, location)
    done = smrt(*QUEUE, "--wait", env={S3: endpoint.url})
    assert (done.code, done.out, calls(endpoint)) == (255, b"", 1)
    assert message in done.err
    assert "InferenceId: id-7\n" in done.err


@pytest.mark.parametrize("name", ["enhanced", "legacy", "json", "yaml", "text", "table"])
def test_the_metadata_is_in_every_error_format(name: str, smrt: Smrt, endpoint: Endpoint) -> None:
    accept(endpoint, None)
    done = smrt(*QUEUE, "--wait", "--cli-error-format", name)
    assert done.code == 255
    assert "id-7" in done.err


def test_errors_for_programs_contain_the_metadata(smrt: Smrt, endpoint: Endpoint) -> None:
    accept(endpoint)
    options = ("--wait", "--wait-timeout", "0", "--cli-error-format", "json")
    endpoint.respond(404, b"<Error><Code>NoSuchKey</Code></Error>")
    printed = json.loads(smrt(*QUEUE, *options, env={S3: endpoint.url}).err)
    assert (printed["Code"], printed["InferenceId"], printed["OutputLocation"]) == (
        "WaitTimeout",
        "id-7",
        OUTPUT,
    )
    assert printed["Resume"].startswith(f"smrt wait --output-location={OUTPUT}")


BAD_HEADERS = [
    ("Last-Modified", "garbage"),
    ("Last-Modified", "99999999999999999999"),
    ("x-amz-missing-meta", "abc"),
    ("x-amz-object-lock-retain-until-date", "zz"),
]


@pytest.mark.parametrize("header", BAD_HEADERS, ids="=".join)
@pytest.mark.parametrize("line", [("wait", "--output-location", OUTPUT), (*QUEUE, "--wait")])
def test_invalid_headers_of_s3_are_not_a_configuration_error(
    line: tuple[str, ...], header: tuple[str, str], smrt: Smrt, endpoint: Endpoint
) -> None:
    if line[0] != "wait":
        accept(endpoint)
    endpoint.respond(200, b"result", [header])
    done = smrt(*line, "--wait-timeout", "0", env={S3: endpoint.url})
    assert (done.code, done.out) == (255, b"")
    assert "hint: to resume waiting: smrt wait" in done.err


def test_an_invalid_region_from_s3_is_not_a_configuration_error(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    endpoint.respond(301, b"", [("x-amz-bucket-region", "not a region!")])
    done = smrt("wait", "--output-location", OUTPUT, env={S3: endpoint.url})
    assert done.code == 255
    assert "'not a region!'" in done.err


def test_an_invalid_bucket_on_the_command_line_is_a_usage_error(smrt: Smrt) -> None:
    assert smrt("wait", "--output-location", "s3://B!/key").code == 252


STYLE = "[default]\ns3 =\n    addressing_style = sideways\n"
S3_FAULTS = {
    "an unreadable CA bundle": (("--ca-bundle", "missing.pem"), {S3: "https://127.0.0.1:9"}),
    "a bundle that is none": (("--ca-bundle", "config"), {S3: "https://127.0.0.1:9"}),
    "an addressing style": ((), {"AWS_CONFIG_FILE": "config"}),
    "an endpoint URL": ((), {S3: "http://[bad"}),
}


@pytest.mark.parametrize(("options", "env"), S3_FAULTS.values(), ids=S3_FAULTS)
def test_invalid_settings_for_s3_are_reported_before_the_call(
    options: tuple[str, ...], env: dict[str, str], smrt: Smrt, endpoint: Endpoint
) -> None:
    Path("config").write_text(STYLE, encoding="ascii")
    done = smrt(*QUEUE, "--wait", *options, env=env)
    assert (done.code, done.out, endpoint.requests) == (253, b"", [])


BEFORE = [
    (("--query", "a["), 252),
    (("--query", "nothing(@)"), 252),
    (("--select", "Nope"), 252),
    (("--metadata", "no/such/folder"), 252),
    (("--metadata", "."), 252),
    (("--output", "xml"), 252),
]


@pytest.mark.parametrize("line", CALLS, ids=lambda line: line[0])
@pytest.mark.parametrize(("options", "code"), BEFORE)
def test_invalid_options_are_reported_before_the_call(
    line: tuple[str, ...],
    options: tuple[str, ...],
    code: int,
    smrt: Smrt,
    endpoint: Endpoint,
) -> None:
    done = smrt(*line, *options)
    assert (done.code, done.out, endpoint.requests) == (code, b"", [])


def test_an_encoding_without_error_handlers_is_rejected_before_the_call(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    done = smrt(*QUEUE, env={"AWS_CLI_OUTPUT_ENCODING": "idna"})
    assert (done.code, endpoint.requests) == (253, [])


@pytest.mark.parametrize("line", CALLS, ids=lambda line: line[0])
def test_if_the_query_fails_all_metadata_is_printed(
    line: tuple[str, ...], smrt: Smrt, endpoint: Endpoint
) -> None:
    raw_response = response(200, b'{"InferenceId":"id-7"}' if line is QUEUE else b"")
    endpoint.respond_with(raw(raw_response))
    done = smrt(*line, "--metadata", "-", "--query", "abs(@)")
    assert (done.code, len(endpoint.requests)) == (255, 1)
    assert ("InferenceId: id-7" if line is QUEUE else "InvokedProductionVariant: AllTr") in done.err


def test_a_query_that_overflows_is_an_error(smrt: Smrt, endpoint: Endpoint) -> None:
    accept(endpoint)
    done = smrt(*QUEUE, "--query", "ceil(to_number('1e999'))")
    assert (done.code, len(endpoint.requests)) == (255, 1)
    assert "cannot convert float infinity to integer" in done.err
    assert "defect" not in done.err
    assert f"OutputLocation: {OUTPUT}\n" in done.err


def test_json_that_is_nested_too_deeply_loses_no_location(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.respond(202, b"[" * 100_000, [("X-Amzn-SageMaker-OutputLocation", OUTPUT)])
    done = smrt(*QUEUE)
    assert (done.code, json.loads(done.out)) == (0, {"OutputLocation": OUTPUT})
    assert "the response body is not JSON" in done.err


DEPTHS = (101, 400, 900, 2000, 100_000)
STRUCTURED = ("json", "yaml", "yaml-stream", "table", "text")


@pytest.mark.parametrize("output", STRUCTURED)
@pytest.mark.parametrize("depth", DEPTHS)
def test_no_depth_of_a_response_loses_its_location(
    depth: int, output: str, smrt: Smrt, endpoint: Endpoint
) -> None:
    body = b'{"InferenceId":%s1%s}' % (b"[" * depth, b"]" * depth)
    endpoint.respond(202, body, [("X-Amzn-SageMaker-OutputLocation", OUTPUT)])
    done = smrt(*QUEUE, "--output", output)
    assert (done.code, OUTPUT in done.out.decode()) == (0, True)
    assert "defect" not in done.err


@pytest.mark.parametrize("output", STRUCTURED)
@pytest.mark.parametrize("depth", [150, 400, 900])
def test_no_depth_of_a_query_loses_the_location(
    depth: int, output: str, smrt: Smrt, endpoint: Endpoint
) -> None:
    accept(endpoint)
    done = smrt(*QUEUE, "--output", output, "--query", f"`{'[' * depth}1{']' * depth}`")
    assert "defect" not in done.err
    if done.code != 0:
        assert (done.code, "nested too deeply" in done.err) == (255, True)
        assert f"OutputLocation: {OUTPUT}\n" in done.err


@pytest.mark.parametrize("output", ["enhanced", "legacy", "json", "yaml", "table", "text"])
@pytest.mark.parametrize("depth", DEPTHS)
def test_no_depth_of_an_error_is_a_defect(
    depth: int, output: str, smrt: Smrt, endpoint: Endpoint
) -> None:
    deep = b"[" * depth + b"1" + b"]" * depth
    body = b'{"Message":%s,"OriginalMessage":%s}' % (deep, deep)
    endpoint.respond(424, body, [("x-amzn-errortype", "ModelError")])
    done = smrt(*INVOKE, "--cli-error-format", output)
    assert (done.code, "defect" in done.err, "ModelError" in done.err) == (254, False, True)


@pytest.mark.parametrize("depth", DEPTHS)
def test_no_depth_of_an_event_is_a_defect(depth: int, smrt: Smrt, endpoint: Endpoint) -> None:
    deep = b"[" * depth + b"1" + b"]" * depth
    headers = {":exception-type": "ModelStreamError", ":message-type": "exception"}
    endpoint.respond_with(stream([message(headers, b'{"Message":%s}' % deep)]))
    assert smrt(*STREAM, "--cli-error-format", "yaml").code == 254
    for options in (["--text", "@"], ["--chat"], ["--stream", "json"], ["--stream", "sse"]):
        endpoint.respond_with(stream([part(b"data: " * ("json" not in options) + deep + b"\n\n")]))
        done = smrt(*STREAM, *options)
        assert "defect" not in done.err


@pytest.mark.parametrize("options", [("folder/out",), ("--metadata", "folder/metadata", "-")])
def test_a_folder_deleted_during_the_call_is_not_a_usage_error(
    options: tuple[str, ...], smrt: Smrt, endpoint: Endpoint
) -> None:
    Path("folder").mkdir()

    def remove(sock: Any, _: Any) -> None:
        shutil.rmtree("folder")
        sock.sendall(response())

    endpoint.respond_with(remove)
    done = smrt(*INVOKE, *options)
    assert (done.code, len(endpoint.requests)) == (255, 1)
    assert "An error occurred (Outfile): " in done.err
    assert "InvokedProductionVariant: AllTraffic\n" in done.err


def expiring() -> Iterator[Credentials]:
    """Credentials that are about to expire, then an error."""
    yield Credentials("a", "b", expires=time.time())
    raise ConfigurationError("the login is over", "log in again")


@pytest.mark.parametrize("first", [error(503, "ServiceUnavailable", "later"), b"garbage\r\n\r\n"])
def test_credentials_that_fail_between_attempts_are_not_a_configuration_error(
    first: bytes, endpoint: Endpoint
) -> None:
    credentials = expiring()
    settings = Settings(region="us-east-1", endpoint_url=endpoint.url)
    caller = Caller(settings, lambda: next(credentials), Dependencies(sleep=lambda _: None))
    endpoint.respond_with(raw(first, drop))
    with pytest.raises(SmrtError, match="the login is over") as caught:
        caller.call(INVOKE_ENDPOINT, {"EndpointName": "e", "Body": b""})
    assert (type(caught.value), caught.value.exit_code) == (SmrtError, 255)
    assert caught.value.hints == ("log in again",)
    assert len(endpoint.requests) == 1


def run(environ: dict[str, str], *line: str, terminal: bool = False) -> Result:
    """Run `line` in an environment that can change meanwhile."""
    stream = Terminal if terminal else io.BytesIO
    out, err = stream(), stream()
    code = main(line, console=Console(stream(), out, err), environ=environ)
    return Result(code, out.getvalue(), err.getvalue().decode())


def test_a_failed_refresh_of_credentials_exits_with_255(
    environ: dict[str, str], endpoint: Endpoint
) -> None:
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 50))
    environ |= {RUNTIME: endpoint.url, "AWS_CREDENTIAL_EXPIRATION": soon}
    skewed = [("x-amzn-errortype", "RequestExpired"), ("Date", formatdate(time.time() + 3600))]

    def expire(sock: Any, _: Any) -> None:
        del environ["AWS_SECRET_ACCESS_KEY"]
        sock.sendall(response(403, b"{}", skewed))  # smrt signs again with that time

    endpoint.respond_with(expire)
    done = run(environ, *INVOKE)
    assert (done.code, len(endpoint.requests)) == (255, 1)
    assert "Partial credentials found in env" in done.err


def test_credentials_that_fail_before_the_first_attempt_are_a_configuration_error(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    done = smrt(*INVOKE, env={"AWS_SECRET_ACCESS_KEY": ""})
    assert (done.code, endpoint.requests) == (253, [])


def test_there_is_no_prompt_after_a_request(environ: dict[str, str], endpoint: Endpoint) -> None:
    accept(endpoint, None)
    environ |= {RUNTIME: endpoint.url, "AWS_CLI_AUTO_PROMPT": "on-partial"}
    done = run(environ, *QUEUE, "--wait", terminal=True)
    assert (done.code, calls(endpoint)) == (255, 1)
    assert "the response has no OutputLocation" in done.err
