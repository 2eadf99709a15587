"""Each request is one line that people can read."""

import json

import pytest

from smrt.local.daily.request_log import RequestLog
from smrt.local.server_response import ServerResponse
from smrt.protocol.messages import Headers
from tests.support.local_server import request

JSON: Headers = (("Content-Type", "application/json"),)
MODEL_ERROR = {
    "Message": "Received client error (415) from primary",
    "OriginalStatusCode": 415,
    "OriginalMessage": "send text/csv\nTraceback",
}
LINES = [
    (
        "/endpoints/iris/invocations",
        ServerResponse(200, JSON, b"[]"),
        "iris 200: {sent} -> application/json, 2 bytes",
    ),
    (
        "/endpoints/a%C3%A9/async-invocations",
        ServerResponse(202, (), b"{}"),
        "aé (async) 202: {sent} -> no type, 2 bytes",
    ),
    (
        "/endpoints/iris/invocations",
        ServerResponse(
            424, (*JSON, ("x-amzn-errortype", "ModelError")), json.dumps(MODEL_ERROR).encode()
        ),
        "iris 424 ModelError: {sent} -> 415 from the model: send text/csv",
    ),
    (
        "/endpoints/iris/invocations",
        ServerResponse(400, (("x-amzn-errortype", "ValidationError"),), b'{"Message": "no"}'),
        "iris 400 ValidationError: {sent} -> no",
    ),
    ("/other", ServerResponse(404, (), b"no JSON"), "POST /other 404: {sent} -> 7 bytes"),
]


@pytest.mark.parametrize(("target", "response", "expected"), LINES)
def test_a_line_has_the_endpoint_the_outcome_and_both_bodies(
    target: str, response: ServerResponse, expected: str
) -> None:
    lines: list[str] = []
    sent = request("http://127.0.0.1:1", target, b"1,2", (("Content-Type", "text/csv"),))
    assert RequestLog(lines.append, lambda: 1.5).logged(sent, response, 1.25) == response
    assert [line[9:] for line in lines] == [
        expected.format(sent="text/csv, 3 bytes") + " in 250.0 ms"
    ]
