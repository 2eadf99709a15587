"""What may help when the service says no."""

from typing import Any

import pytest

from smrt.errors import ServiceError
from smrt.operations import INVOKE_ENDPOINT
from smrt.remedies import remedies

from .conftest import Smrt
from .fake import Endpoint, error


@pytest.mark.parametrize(
    ("code", "parameters", "expected"),
    [
        ("ModelError", {}, "--content-type"),
        ("ModelError", {"ContentType": "text/csv"}, None),
        ("ExpiredTokenException", {}, "aws sso login"),
        ("ValidationError", {}, None),
    ],
)
def test_a_known_case_has_a_remedy(
    code: str, parameters: dict[str, Any], expected: str | None
) -> None:
    response = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {}}
    found = remedies(ServiceError(response, "InvokeEndpoint"), INVOKE_ENDPOINT, parameters)
    assert len(found) == (expected is not None)
    assert expected is None or expected in found[0]


def test_the_remedy_is_told_with_the_error(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.answer(lambda sock, _: sock.sendall(error(424, "ModelError", "m")))
    told = smrt("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=", "out")
    assert told.code == 254
    assert "smrt: hint: no content type was sent" in told.err
