"""What options and documents become before a call is made."""

import io
from contextlib import ExitStack
from pathlib import Path

import pytest

from smrt.errors import UsageError
from smrt.invoke.inputs import Inputs, read_inputs
from smrt.invoke.options import InvokeOptions
from smrt.output.console import App, Console
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC
from tests.conftest import Smrt

BIG = 3 << 20


class Typed(io.BytesIO):
    """Input on a terminal: a read after its end would wait for more."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self._ended = False

    def read(self, size: int | None = -1) -> bytes:
        assert not self._ended, "it would wait"
        chunk = super().read(size)
        self._ended = size is None or len(chunk) < size
        return chunk


def _read(
    stdin: io.BytesIO,
    exit_stack: ExitStack,
    input_json: str | None = None,
    input_yaml: str | None = None,
    **parameters: str,
) -> Inputs:
    options = InvokeOptions(
        {"EndpointName": "e", **parameters}, input_json=input_json, input_yaml=input_yaml
    )
    app = App(Console(stdin, io.BytesIO(), io.BytesIO()), {}, exit_stack)
    return read_inputs(app, INVOKE_ENDPOINT, options)


@pytest.mark.parametrize("text", [b"", b"5.1\n", b"\x00" * BIG], ids=["empty", "a line", "large"])
def test_standard_input_is_read_until_it_ends_and_no_further(text: bytes) -> None:
    with ExitStack() as exit_stack:
        body = _read(Typed(text), exit_stack, Body="-").values["Body"]
        assert (body if isinstance(body, bytes) else body.read()) == text


def test_opened_files_are_closed_with_the_command(tmp_path: Path) -> None:
    path = tmp_path / "row"
    path.write_bytes(b"5.1")
    with ExitStack() as exit_stack:
        spooled = _read(io.BytesIO(b"\x00" * BIG), exit_stack, Body="-").values["Body"]
        opened = _read(io.BytesIO(), exit_stack, Body=f"fileb://{path}").values["Body"]
        assert not spooled.closed
        assert not opened.closed
    assert spooled.closed
    assert opened.closed


def test_invalid_base64_is_reported_later() -> None:
    inputs = _read(io.BytesIO(), ExitStack(), Body="?")
    assert inputs.values["Body"] == b""
    assert inputs.body_error is not None
    assert 'Invalid base64: "?"' in inputs.body_error.message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"Body": "-"}, {"input_json": "-"}),
        ({"Body": "-"}, {"input_yaml": "/dev/stdin"}),
        ({"Body": "-"}, {"Accept": "file:///dev/stdin"}),
        ({"Body": "fileb:///dev/stdin"}, {"input_json": "file:///dev/stdin"}),
    ],
)
def test_standard_input_cannot_be_read_twice(first: dict[str, str], second: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="standard input can be read only once, not by --"):
        _read(io.BytesIO(), ExitStack(), **first, **second)


def test_a_body_beyond_the_limit_of_asynchronous_calls_is_not_sent(smrt: Smrt) -> None:
    maximum = INVOKE_ENDPOINT_ASYNC.member("Body").maximum
    assert maximum is not None
    line = ("invoke-endpoint-async", "--endpoint-name", "batch", "--body", "-")
    assert smrt(*line, stdin=b"x" * maximum).code == 0
    result = smrt(*line, stdin=b"x" * (maximum + 1))
    assert result.code == 252
    assert f"value: {maximum + 1}, valid max length: {maximum}" in result.err
