"""What is configured, and what wins."""

from pathlib import Path

import pytest

from smrt.config import Config, load
from smrt.errors import ConfigurationError
from smrt.settings import settings

QUIET = {"AWS_EC2_METADATA_DISABLED": "true"}


def configured(
    folder: Path,
    text: str = "",
    *,
    stored: str = "",
    profile: str | None = None,
    **environ: str,
) -> Config:
    (folder / "config").write_text(text)
    (folder / "credentials").write_text(stored)
    files = {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }
    return load({**QUIET, **files, **environ}, profile)


@pytest.mark.parametrize(
    ("environ", "option", "expected"),
    [
        ({}, None, "of-profile"),
        ({"AWS_DEFAULT_REGION": "of-default"}, None, "of-default"),
        ({"AWS_DEFAULT_REGION": "of-default", "AWS_REGION": "of-env"}, None, "of-env"),
        ({"AWS_REGION": "of-env"}, "of-option", "of-option"),
        ({"AWS_REGION": ""}, None, ""),
    ],
)
def test_the_first_region_that_is_set_wins(
    tmp_path: Path, environ: dict[str, str], option: str | None, expected: str
) -> None:
    config = configured(tmp_path, "[default]\nregion = of-profile\n", **environ)
    assert settings(config, region=option).region == expected


def test_no_region_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="You must specify a region") as caught:
        settings(configured(tmp_path))
    assert caught.value.code == "NoRegion"
    assert "--region" in caught.value.hints[0]
