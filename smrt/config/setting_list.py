"""Lists every setting with its value and origin, for `smrt configure list`."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from smrt.errors import DEFAULT_ERROR_FORMAT, redacted
from smrt.protocol.messages import Credentials

from . import configuration
from .configuration import Config
from .settings import endpoint_url

STORED, CONFIG = "shared-credentials-file", "config-file"
"""The types of the two files, in AWS's words."""
_MASK = "*" * 16
_SHORTEST_ID = 16
"""Characters of an access key ID; of anything shorter, the last four would be too many."""


class Setting(NamedTuple):
    """A setting: its variables, the key in a profile, the variables after the key, the default."""

    name: str
    variables: tuple[str, ...] = ()
    key: str | None = None
    fallbacks: tuple[str, ...] = ()
    default: str | None = None


class Listed(NamedTuple):
    """A setting's value, with the type and the location of its origin; None if it is not set."""

    name: str
    value: str | None = None
    kind: str | None = None
    location: str | None = None


SETTINGS = (
    Setting("output", ("AWS_DEFAULT_OUTPUT",), "output", default="json"),
    Setting(
        "ca_bundle",
        ("AWS_CA_BUNDLE",),
        "ca_bundle",
        ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    ),
    Setting("max_attempts", ("AWS_MAX_ATTEMPTS",), "max_attempts", default="3"),
    Setting("retry_mode", ("AWS_RETRY_MODE",), "retry_mode", default="standard"),
    Setting("use_fips_endpoint", ("AWS_USE_FIPS_ENDPOINT",), "use_fips_endpoint", default="false"),
    Setting(
        "use_dualstack_endpoint",
        ("AWS_USE_DUALSTACK_ENDPOINT",),
        "use_dualstack_endpoint",
        default="false",
    ),
    Setting(
        "ignore_configured_endpoint_urls",
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",),
        "ignore_configured_endpoint_urls",
        default="false",
    ),
    Setting("http_proxy", ("http_proxy", "HTTP_PROXY")),
    Setting("https_proxy", ("https_proxy", "HTTPS_PROXY")),
    Setting("no_proxy", ("no_proxy", "NO_PROXY")),
    Setting("ec2_metadata_disabled", ("AWS_EC2_METADATA_DISABLED",), default="false"),
    Setting("parameter_validation", (), "parameter_validation", default="true"),
    Setting("sdk_ua_app_id", ("AWS_SDK_UA_APP_ID",), "sdk_ua_app_id"),
    Setting("cli_binary_format", (), "cli_binary_format", default="base64"),
    Setting(
        "cli_error_format",
        ("AWS_CLI_ERROR_FORMAT",),
        "cli_error_format",
        default=DEFAULT_ERROR_FORMAT,
    ),
    Setting("cli_auto_prompt", ("AWS_CLI_AUTO_PROMPT",), "cli_auto_prompt", default="off"),
    Setting("cli_pager", ("AWS_PAGER",), "cli_pager", ("PAGER",), "less"),
    Setting("cli_timestamp_format", (), "cli_timestamp_format", default="iso8601"),
    Setting("cli_file_encoding", ("AWS_CLI_FILE_ENCODING",)),
    Setting("cli_output_encoding", ("AWS_CLI_OUTPUT_ENCODING",)),
)
"""The settings that come from one variable or key, in the order of the list."""


def listed_settings(
    config: Config, region: str | None, load: Callable[[], Credentials | None]
) -> Iterator[Listed]:
    """All settings; `region` is the option, and `load` loads the credentials."""
    yield _profile(config)
    yield from _credentials(config, load())
    yield _region(config, region)
    yield _endpoint_url(config, "endpoint_url", "sagemaker_runtime")
    yield _endpoint_url(config, "http2_endpoint_url", "sagemaker_runtime_http2")
    yield _endpoint_url(config, "s3_endpoint_url", "s3")
    for _, variable, key in configuration.PARAMETERS:
        yield _listed(config, Setting(key, () if variable is None else (variable,), key))
    for setting in SETTINGS:
        yield _listed(config, setting)


def _profile(config: Config) -> Listed:
    if config.explicit:
        return Listed("profile", config.profile, "manual", "--profile")
    return _listed(
        config, Setting("profile", ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"), default="default")
    )


def _credentials(config: Config, loaded: Credentials | None) -> Iterator[Listed]:
    names = ("access_key", "secret_key")
    if loaded is None:
        yield from map(Listed, names)
        return
    variables = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    last = loaded.access_key[-4:] if len(loaded.access_key) >= _SHORTEST_ID else ""
    for name, value, variable in zip(names, (_MASK + last, _MASK), variables, strict=True):
        locations = {STORED: config.credentials_path, CONFIG: config.config_path, "env": variable}
        yield Listed(name, value, loaded.source, locations.get(loaded.source))


def _region(config: Config, option: str | None) -> Listed:
    if option is not None:
        return Listed("region", option, "manual", "--region")
    setting = Setting("region", ("AWS_REGION", "AWS_DEFAULT_REGION"), "region")
    listed = _listed(config, setting)
    if listed.value is not None:
        return listed
    from .botocore_chain import metadata_region

    region = metadata_region(config)
    return listed if region is None else Listed("region", region, "imds")


def _endpoint_url(config: Config, name: str, service: str) -> Listed:
    url = endpoint_url(config, None, service)
    if url is None:
        return Listed(name)
    variables = (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL")
    variable = next((name for name in variables if config.environ.get(name)), None)
    if variable is not None:
        return Listed(name, url, "env", variable)
    if url == config.stored.get("endpoint_url"):
        return Listed(name, url, STORED, config.credentials_path)
    return Listed(name, url, CONFIG, config.config_path)


def _listed(config: Config, setting: Setting) -> Listed:
    """The value that counts, and its origin."""
    origins = (
        *(_in_environment(config, setting.name, variable) for variable in setting.variables),
        _in_profile(config, setting.name, setting.key),
        *(_in_environment(config, setting.name, variable) for variable in setting.fallbacks),
        None if setting.default is None else Listed(setting.name, setting.default, "default"),
    )
    return next((origin for origin in origins if origin is not None), Listed(setting.name))


def _in_environment(config: Config, name: str, variable: str) -> Listed | None:
    value = config.environ.get(variable)
    return None if value is None else Listed(name, redacted(value), "env", variable)


def _in_profile(config: Config, name: str, key: str | None) -> Listed | None:
    value = None if key is None else configuration.setting(config, None, key)
    if value is None:
        return None
    is_stored = key in config.stored
    path = config.credentials_path if is_stored else config.config_path
    return Listed(name, redacted(value), STORED if is_stored else CONFIG, path)
