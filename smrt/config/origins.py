"""Describes where the settings of a call come from, for --debug."""

from collections.abc import Iterator, Mapping

from smrt.protocol.messages import Settings
from smrt.protocol.operations import RUNTIME
from smrt.protocol.urls import masked_url, without_userinfo

from . import configuration
from .configuration import Config
from .connection_options import ConnectionOptions


def origins(
    config: Config,
    settings: Settings,
    options: ConnectionOptions,
    configured: Mapping[str, str] = {},
    service: str = RUNTIME.setting,
) -> Iterator[str]:
    """One line each for profile, region, endpoint URL, and the `configured` parameters.

    The endpoint URL is that of `service`.
    """
    yield f"profile {config.profile}: {_profile(config)}"
    yield f"region {settings.region}: {_region(config, options.region)}"
    url = settings.endpoint_url
    origin = _url(config, options.endpoint_url, url, service)
    yield f"endpoint URL {masked_url(url) if url else 'of the region'}: {origin}"
    for name, variable, key in configuration.PARAMETERS:
        if name in configured:
            yield f"{name} {configured[name]}: {configuration.origin(config, variable, key)}"


def _profile(config: Config) -> str:
    if config.explicit:
        return "from --profile"
    variables = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
    variable = next((name for name in variables if name in config.environ), None)
    return f"from {variable}" if variable else "by default"


def _region(config: Config, option: str | None) -> str:
    if option is not None:
        return "from --region"
    if configuration.region(config) is None:
        return "from the instance metadata"
    variable = "AWS_REGION" if "AWS_REGION" in config.environ else "AWS_DEFAULT_REGION"
    return configuration.origin(config, variable, "region")


def _url(config: Config, option: str | None, url: str | None, service: str) -> str:
    if option is not None:
        return "from --endpoint-url"
    if url is None:
        return "by default"
    names = (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL")
    variable = next(
        (name for name in names if without_userinfo(config.environ.get(name, "")) == url), None
    )
    return f"from {variable or config.config_path}"
