"""Where and how the metadata of a response is written."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Smrt
from tests.support.scripted_endpoint import MODEL_HEADERS, Endpoint

CALL = ("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=")
ANSWER = b'{"predictions":[1]}'
METADATA: dict[str, Any] = {
    "ContentType": "application/json",
    "InvokedProductionVariant": "AllTraffic",
}
PRINTED = json.dumps(METADATA, indent=4) + "\n"


def test_metadata_is_printed_to_standard_output_if_the_body_is_not(smrt: Smrt) -> None:
    assert smrt(*CALL, "out") == (0, PRINTED.encode(), "")


@pytest.mark.parametrize("outfile", [(), ("-",), ("out",)])
def test_metadata_can_be_written_to_a_file_or_standard_error(
    smrt: Smrt, tmp_path: Path, outfile: tuple[str, ...]
) -> None:
    body = b"" if outfile == ("out",) else ANSWER
    assert smrt(*CALL, *outfile, "--metadata", "-") == (0, body, PRINTED)
    assert smrt(*CALL, *outfile, "--metadata", "about.json") == (0, body, "")
    assert (tmp_path / "about.json").read_text() == PRINTED


def test_a_metadata_file_can_have_any_name(smrt: Smrt, tmp_path: Path) -> None:
    assert smrt(*CALL, "--metadata", "stdout") == (0, ANSWER, "")
    assert (tmp_path / "stdout").read_text() == PRINTED


def test_metadata_does_not_overwrite_the_outfile_under_another_name(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "out").write_bytes(b"old")
    os.link(tmp_path / "out", tmp_path / "other")
    result = smrt(*CALL, "--metadata", "other", "out")
    assert result.code == 252
    assert "--metadata and the outfile are the same file: other" in result.err
    assert (tmp_path / "out").read_bytes() == b"old"
    assert endpoint.requests == []


def test_query_and_output_apply_to_every_destination(smrt: Smrt, tmp_path: Path) -> None:
    how = ("--query", "ContentType", "--output", "text")
    assert smrt(*CALL, *how, "out").out == b"application/json\n"
    assert smrt(*CALL, *how, "--metadata", "-").err == "application/json\n"
    assert smrt(*CALL, *how, "--metadata", "about").code == 0
    assert (tmp_path / "about").read_text() == "application/json\n"


@pytest.mark.parametrize("how", [("--query", "ContentType"), ("--output", "text")])
def test_metadata_that_is_requested_but_not_printed_is_noted(
    smrt: Smrt, how: tuple[str, ...]
) -> None:
    result = smrt(*CALL, *how)
    assert (result.code, result.out) == (0, ANSWER)
    assert result.err.startswith("smrt: the metadata is not printed")
    assert "--metadata FILE" in result.err


@pytest.mark.parametrize(
    "how", [("--output", "off"), ("--output", "off", "out"), ("--output", "off", "--metadata", "-")]
)
def test_without_an_option_for_metadata_there_is_no_note(smrt: Smrt, how: tuple[str, ...]) -> None:
    result = smrt(*CALL, *how)
    assert (result.code, result.out, result.err) == (0, b"" if "out" in how else ANSWER, "")


@pytest.mark.parametrize(
    ("how", "out", "err"),
    [
        (("out",), b"", ""),
        (("--metadata", "-"), ANSWER, ""),
        (("out", "--query", "ContentType"), b"null\n", ""),
    ],
)
def test_a_response_without_metadata_prints_nothing(
    smrt: Smrt, endpoint: Endpoint, how: tuple[str, ...], out: bytes, err: str
) -> None:
    endpoint.respond(headers=())
    assert smrt(*CALL, *how) == (0, out, err)


def test_a_file_for_empty_metadata_is_empty(smrt: Smrt, tmp_path: Path) -> None:
    assert smrt(*CALL, "--output", "off", "--metadata", "about").code == 0
    assert (tmp_path / "about").read_bytes() == b""


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (("--query", "a["), "Bad value for --query a["),
        (("--output", "xml"), "xml"),
        (("--metadata", ""), "cannot create --metadata ''"),
        (("--metadata", "missing/about"), "cannot create --metadata 'missing/about'"),
        (("--metadata", "."), "--metadata . is a directory"),
    ],
)
def test_invalid_metadata_options_are_reported_before_the_call(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path, how: tuple[str, ...], reason: str
) -> None:
    result = smrt(*CALL, *how, "out")
    assert (result.code, result.out, endpoint.requests) == (252, b"", [])
    assert reason in result.err
    assert os.listdir(tmp_path) == []


def test_an_invalid_output_format_in_the_environment_is_reported(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    result = smrt(*CALL, "out", env={"AWS_DEFAULT_OUTPUT": "bogus"})
    assert (result.code, result.out, endpoint.requests) == (252, b"", [])
    assert "Unknown output type: bogus" in result.err


def test_headers_in_odd_encodings_are_printed_as_aws_prints_them(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    name = "X-Amzn-SageMaker-Custom-Attributes"
    endpoint.respond(headers=(*MODEL_HEADERS, (name, "ä".encode())))
    result = smrt(*CALL, "out", "--query", "CustomAttributes", "--output", "text")
    assert result.out.decode() == "Ã¤\n"


def test_invalid_unicode_is_escaped_in_a_file(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path
) -> None:
    how = ("--metadata", "about", "--query", r'`"a\ud800"`', "--output", "text")
    result = smrt(*CALL, *how)
    assert (result.code, result.out, result.err) == (0, ANSWER, "")
    assert (tmp_path / "about").read_text() == "a\\ud800\n"


@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("ContentType", "application/json\n"),
        ("NewSessionId", ""),
        ("^EndpointName", "e\n"),
        ("^Accept", ""),
        ("*", PRINTED),
    ],
)
def test_a_value_is_selected_by_its_name(smrt: Smrt, name: str, out: str) -> None:
    assert smrt(*CALL, "out", "--select", name) == (0, out.encode(), "")
    assert smrt(*CALL, "out", "--select", name, "--output", "off") == (0, b"", "")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (("--select", "Nope"), "Bad value for --select Nope"),
        (("--select", "*", "--query", "@"), "--select and --query cannot be used together"),
        (("--select", "^Body"), "Bad value for --select ^Body"),
    ],
)
def test_an_invalid_selection_is_rejected(
    smrt: Smrt, endpoint: Endpoint, how: tuple[str, ...], reason: str
) -> None:
    result = smrt(*CALL, "out", *how)
    assert (result.code, result.out, endpoint.requests) == (252, b"", [])
    assert reason in result.err


@pytest.mark.parametrize(
    ("color", "terminal", "extra", "is_colored"),
    [
        ("on", False, {}, True),
        ("off", True, {}, False),
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("on", True, {"NO_COLOR": "1"}, True),
    ],
)
def test_a_table_is_colored_on_a_terminal_or_on_request(
    smrt: Smrt, color: str, extra: dict[str, str], *, terminal: bool, is_colored: bool
) -> None:
    how = ("--output", "table", "--color", color, "--no-cli-pager")
    result = smrt(*CALL, "out", *how, terminal=terminal, env=extra)
    assert result.code == 0
    assert (b"\x1b[" in result.out) is is_colored


def test_metadata_is_paged_on_a_terminal(smrt: Smrt, tmp_path: Path) -> None:
    paged = tmp_path / "paged"
    pager = {"AWS_PAGER": f"tee '{paged}' -a /dev/null"}
    assert smrt(*CALL, "out", terminal=True, env=pager).out == b""
    assert paged.read_text() == PRINTED
    assert smrt(*CALL, "out", "--no-cli-pager", terminal=True, env=pager).out == PRINTED.encode()
    assert smrt(*CALL, "out", terminal=False, env=pager).out == PRINTED.encode()
