"""Where the settings of a call came from, in words, for --debug."""

from collections.abc import Iterator, Mapping
from typing import Any

from smrt.protocol.messages import Settings
from smrt.protocol.urls import shown, without_userinfo

from . import configuration
from .configuration import Config

_URL_VARIABLES = ("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "AWS_ENDPOINT_URL")


def origins(found: Config, resolved: Settings, given: Mapping[str, Any]) -> Iterator[str]:
    """Profile, region and address, a line each."""
    yield f"profile {found.profile}: {_profile(found)}"
    yield f"region {resolved.region}: {_region(found, given['region'])}"
    url = resolved.endpoint_url
    origin = _url(found, given["endpoint_url"], url)
    yield f"endpoint {shown(url) if url else 'of the region'}: {origin}"


def _profile(found: Config) -> str:
    if found.explicit:
        return "from --profile"
    named = next((n for n in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE") if n in found.environ), None)
    return f"from {named}" if named else "none is named"


def _region(found: Config, option: str | None) -> str:
    if option is not None:
        return "from --region"
    if configuration.region(found) is None:
        return "from the machine's instance metadata"
    variable = "AWS_REGION" if "AWS_REGION" in found.environ else "AWS_DEFAULT_REGION"
    return configuration.origin(found, variable, "region")


def _url(found: Config, option: str | None, url: str | None) -> str:
    if option is not None:
        return "from --endpoint-url"
    if url is None:
        return "none is configured"
    named = next(
        (name for name in _URL_VARIABLES if without_userinfo(found.environ.get(name, "")) == url),
        None,
    )
    return f"from {named}" if named else f"from {found.config_path}"
