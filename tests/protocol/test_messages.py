"""Values keep their secrets."""

from collections.abc import Callable

import pytest

from smrt.protocol.messages import Credentials


@pytest.mark.parametrize("form", [repr, str, "{}".format, "{0!r}".format, lambda keys: f"{[keys]}"])
def test_keys_are_never_shown(form: Callable[[object], str]) -> None:
    keys = Credentials("AKIDEXAMPLE", "s3cret", "t0ken", source="env")
    assert "AKIDEXAMPLE" in form(keys)
    assert "s3cret" not in form(keys)
    assert "t0ken" not in form(keys)
