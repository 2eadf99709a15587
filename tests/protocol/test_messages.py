"""Values do not reveal secrets."""

from collections.abc import Callable

import pytest

from smrt.protocol.messages import Credentials


@pytest.mark.parametrize(
    "form", [repr, str, "{}".format, "{0!r}".format, lambda value: f"{[value]}"]
)
def test_secret_keys_and_tokens_are_never_printed(form: Callable[[object], str]) -> None:
    credentials = Credentials("AKIDEXAMPLE", "s3cret", "t0ken", source="env")
    assert "AKIDEXAMPLE" in form(credentials)
    assert "s3cret" not in form(credentials)
    assert "t0ken" not in form(credentials)
