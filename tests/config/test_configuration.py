"""The configuration in the environment and files, and its precedence."""

import json
import os
import subprocess
import sys
from codecs import BOM_UTF8
from pathlib import Path
from types import MappingProxyType

import pytest

from smrt.config import configuration
from smrt.config.configuration import Config, check_profile, check_timestamps, load
from smrt.config.partitions import partitions
from smrt.config.paths import home_path
from smrt.errors import ConfigurationError

QUIET = MappingProxyType({"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nowhere"})


def configured(
    folder: Path, text: str = "", *, stored: str = "", profile: str | None = None, **environ: str
) -> Config:
    (folder / "config").write_text(text)
    (folder / "credentials").write_text(stored)
    files = {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }
    return load({**QUIET, **files, **environ}, profile)


def test_without_configuration_the_default_profile_is_empty() -> None:
    config = load(QUIET)
    assert (config.profile, config.explicit, config.named) == ("default", False, False)
    assert (config.values, config.stored, config.missing) == ({}, {}, False)
    assert config.config_path == "/nowhere/.aws/config"


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_files_can_begin_with_a_byte_order_mark(tmp_path: Path, locale: str) -> None:
    (tmp_path / "config").write_bytes(BOM_UTF8 + "[profile ü]\nregion = ü".encode())
    (tmp_path / "credentials").write_bytes(BOM_UTF8 + b"[default]\naws_access_key_id = a")
    code = """if True:
        from smrt.config import configuration as c
        config = c.load({"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"})
        print(ascii([config.profiles, config.stored_profiles]))
    """
    ran = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == ascii(
        [{"ü": {"region": "ü"}}, {"default": {"aws_access_key_id": "a"}}]
    )


@pytest.mark.parametrize(
    ("option", "environ", "name", "explicit"),
    [
        ("o", {"AWS_PROFILE": "p", "AWS_DEFAULT_PROFILE": "d"}, "o", True),
        (None, {"AWS_PROFILE": "p", "AWS_DEFAULT_PROFILE": "d"}, "p", False),
        (None, {"AWS_DEFAULT_PROFILE": "d"}, "d", False),
        (None, {"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "d"}, "", False),
    ],
)
def test_the_first_profile_name_is_used(
    option: str | None, environ: dict[str, str], name: str, *, explicit: bool
) -> None:
    config = load({**QUIET, **environ}, option)
    assert (config.profile, config.explicit, config.named) == (name, explicit, True)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("~/c", "/nowhere/c"),
        ("~", "/nowhere"),
        ("$HOME/c", "/nowhere/c"),
        ("${HOME}/$UNKNOWN", "/nowhere/$UNKNOWN"),
        ("/plain", "/plain"),
        ("~nobody-at-all/c", "~nobody-at-all/c"),
        ("", ""),
    ],
)
def test_paths_of_files_are_expanded(path: str, expected: str) -> None:
    assert load({**QUIET, "AWS_CONFIG_FILE": path}).config_path == expected


def test_a_home_of_root_expands_to_root() -> None:
    assert home_path({"HOME": "/"}, "~") == "/"


def test_secrets_are_not_in_the_repr(tmp_path: Path) -> None:
    config = configured(tmp_path, stored="[default]\naws_secret_access_key=hidden", X="hidden")
    assert config.stored == {"aws_secret_access_key": "hidden"}
    assert "hidden" not in repr(config)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[default]\nregion = x\nhidden-secret\n", "see line 3"),
        ("[open\nhidden-secret = 1\n", "see line 1"),
        ("[a]\nx=hidden-secret\n[a]\n", "see line 3"),
        ("[a]\nx=hidden-secret\nx=2\n", "see line 3"),
        ("[a]\ns3 =\n  hidden-secret\n", "an indented block has a line without '='"),
    ],
)
def test_an_invalid_file_is_an_error_that_contains_no_secret(
    tmp_path: Path, text: str, hint: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        configured(tmp_path, text)
    assert caught.value.message == f"Unable to parse config file: {tmp_path}/config"
    assert caught.value.hints == (hint,)
    assert caught.value.__suppress_context__


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"[default]\nregion = \xff\xfe\n")
    with pytest.raises(ConfigurationError, match="Unable to parse config file") as caught:
        load({**QUIET, "AWS_CONFIG_FILE": str(tmp_path / "c")})
    assert caught.value.hints == ("it is not valid text in the locale's encoding",)


UNREADABLE = """
import os, configparser
from smrt.config.configuration import load
from smrt.errors import ConfigurationError
if os.getuid() == 0: os.setuid(65534)
try: load({"AWS_CONFIG_FILE": "c"})
except ConfigurationError as exc: print(exc.message, *exc.hints, sep="|")
"""


def test_an_unreadable_file_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "c").touch(mode=0)
    tmp_path.chmod(0o755)
    command = [sys.executable, "-c", UNREADABLE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    message = "Unable to read config file: c: Permission denied"
    assert done.stdout == f"{message}|make it readable: chmod u+r 'c'\n"


@pytest.mark.parametrize(
    ("name", "profile", "environ", "hints"),
    [
        ("prud", "prud", {}, ["did you mean prod?", "to create it: aws configure --profile prud"]),
        (
            "x y",
            None,
            {"AWS_PROFILE": "x y"},
            [
                "it comes from the environment variable AWS_PROFILE",
                "the profiles are dev, prod",
                "to create it: aws configure --profile 'x y'",
            ],
        ),
        (
            "",
            None,
            {"AWS_DEFAULT_PROFILE": ""},
            [
                "it comes from the environment variable AWS_DEFAULT_PROFILE",
                "the profiles are dev, prod",
                "to create it: aws configure --profile NAME",
            ],
        ),
    ],
)
def test_the_error_for_a_missing_profile_suggests_similar_names(
    tmp_path: Path, name: str, profile: str | None, environ: dict[str, str], hints: list[str]
) -> None:
    text = "[profile prod]\nregion=r\n"
    config = configured(tmp_path, text, stored="[dev]\n", profile=profile, **environ)
    with pytest.raises(ConfigurationError) as caught:
        check_profile(config)
    assert caught.value.message == f"The config profile ({name}) could not be found"
    assert list(caught.value.hints) == hints


def test_without_profiles_none_is_suggested() -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_profile(load(QUIET, "default"))
    assert caught.value.hints == ("to create it: aws configure --profile default",)


@pytest.mark.parametrize("stored", ["", "[p]\n"])
def test_a_profile_in_either_file_exists(tmp_path: Path, stored: str) -> None:
    text = "" if stored else "[profile p]\n"
    check_profile(configured(tmp_path, text, stored=stored, profile="p"))


SETTINGS = [
    ("output_format", {}, "", "json"),
    ("output_format", {}, "output=yaml", "yaml"),
    ("output_format", {"AWS_DEFAULT_OUTPUT": "text"}, "output=yaml", "text"),
    ("output_format", {"AWS_DEFAULT_OUTPUT": ""}, "output=yaml", ""),
    ("error_format", {}, "", "enhanced"),
    ("error_format", {}, "cli_error_format=JSON", "json"),
    ("error_format", {"AWS_CLI_ERROR_FORMAT": "Text"}, "cli_error_format=json", "text"),
    ("error_format", {"AWS_CLI_ERROR_FORMAT": "bogus"}, "cli_error_format=json", "enhanced"),
    ("error_format", {"AWS_PROFILE": "nope"}, "cli_error_format=json", "enhanced"),
    ("binary_format", {}, "", "base64"),
    ("binary_format", {}, "cli_binary_format=raw-in-base64-out", "raw-in-base64-out"),
    ("pager", {}, "", "less"),
    ("pager", {"PAGER": "more"}, "", "more"),
    ("pager", {"PAGER": "more"}, "cli_pager=", ""),
    ("pager", {"PAGER": "more", "AWS_PAGER": "most"}, "cli_pager=cat", "most"),
    ("auto_prompt", {}, "", "off"),
    ("auto_prompt", {}, "cli_auto_prompt=ON", "on"),
    ("auto_prompt", {"AWS_CLI_AUTO_PROMPT": "on-partial"}, "cli_auto_prompt=on", "on-partial"),
    ("auto_prompt", {"AWS_CLI_AUTO_PROMPT": "1"}, "cli_auto_prompt=on", "off"),
]


@pytest.mark.parametrize(("name", "environ", "line", "expected"), SETTINGS)
def test_each_setting_has_its_precedence(
    tmp_path: Path, name: str, environ: dict[str, str], line: str, expected: str | None
) -> None:
    config = configured(tmp_path, f"[default]\n{line}\n", **environ)
    assert getattr(configuration, name)(config) == expected


def test_an_option_takes_precedence(tmp_path: Path) -> None:
    config = configured(tmp_path, "[default]\noutput=a\ncli_binary_format=b\nregion=c\n")
    assert configuration.output_format(config, "text") == "text"
    assert configuration.binary_format(config, "base64") == "base64"
    assert configuration.region(config, "") == ""


def test_unknown_values_are_errors_that_name_their_source(tmp_path: Path) -> None:
    text = "[default]\ncli_binary_format=b\n"
    config = configured(tmp_path, text, stored="[default]\ncli_timestamp_format=bogus\n")
    with pytest.raises(ConfigurationError, match="Unknown cli_binary_format value: b, valid"):
        configuration.binary_format(config)
    with pytest.raises(ConfigurationError) as caught:
        check_timestamps(config)
    assert caught.value.sentence == (
        "An error occurred (Configuration): Unknown cli_timestamp_format value: bogus, "
        'valid values are "wire" or "iso8601"'
    )
    where = f"{tmp_path}/credentials"
    assert caught.value.hints == (
        f"it comes from cli_timestamp_format in the profile default of {where}",
    )


def test_without_botocore_the_partitions_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(ConfigurationError, match="botocore is not installed"):
        partitions()


PLAIN = """
import sys
before = {"os", "typing", "collections.abc", "smrt", *sys.modules}
import json, smrt.errors, smrt.protocol.messages
known = set(sys.modules)
from smrt.config.configuration import load
from smrt.config.credentials import resolve
from smrt.config.connection_options import ConnectionOptions
from smrt.config.settings import settings
config = load({"HOME": "/nowhere", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
resolve(config), settings(config, ConnectionOptions(region="us-east-1"))
print(*sorted(set(sys.modules) - known - before))
"""


def test_a_plain_call_imports_only_smrts_modules() -> None:
    environ = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True, env=environ
    )
    loaded = done.stdout.split()
    assert {name.rpartition(".")[0] for name in loaded} == {"smrt", "smrt.config", "smrt.protocol"}
    assert {"smrt.config.botocore_chain", "smrt.config.credentials_cache"}.isdisjoint(loaded)


def test_the_partition_data_is_a_mapping_of_json() -> None:
    assert json.dumps(partitions()).startswith('{"partitions": [')
