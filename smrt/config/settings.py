"""Resolves the settings of a call from the configuration and the options."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from smrt import __version__
from smrt.errors import ConfigurationError, SmrtError, UsageError
from smrt.protocol.endpoint_rules import is_region, pseudo
from smrt.protocol.messages import Settings
from smrt.protocol.urls import masked_url, without_userinfo

from .configuration import Config, check_profile, check_timestamps, flag, origin, setting
from .configuration import region as configured_region
from .connection_options import ConnectionOptions

_SERVICE = "sagemaker_runtime"
RETRY_MODES = ("standard", "adaptive")


def settings(
    config: Config,
    options: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - a value
    *,
    service: str = _SERVICE,
) -> Settings:
    """The settings of a call: option > environment > profile > default.

    `service` selects the configured endpoint URL, in AWS_ENDPOINT_URL_* and in a services section.

    Raises UsageError for an invalid --region or --ca-bundle, ConfigurationError for invalid
    configuration, in the order in which AWS CLI checks.
    """
    check_timestamps(config)
    check_profile(config)
    plain_region, is_fips = _region(config, options.region)
    retry_mode = _retry_mode(config)
    return Settings(
        region=plain_region,
        max_attempts=_max_attempts(config),
        retry_mode=retry_mode,
        endpoint_url=endpoint_url(config, options.endpoint_url, service),
        use_fips=is_fips or flag(config, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
        use_dualstack=flag(config, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
        sign=options.sign,
        verify=options.verify,
        ca_bundle=_ca_bundle(config, options.ca_bundle) if options.verify else None,
        connect_timeout=options.connect_timeout,
        read_timeout=options.read_timeout,
        retry_timeouts=options.retry_timeouts,
        wait_ready=options.wait_ready,
        validate=(setting(config, None, "parameter_validation") or "true").lower() == "true",
        user_agent=user_agent(config, retry_mode),
        **_proxies(config),
    )


def user_agent(config: Config, retry_mode: str = RETRY_MODES[0]) -> str:
    """The User-Agent header in AWS's format: versions of smrt and the platform, and the app ID."""
    system, release, machine = _platform()
    execution = config.environ.get("AWS_EXECUTION_ENV")
    application = setting(config, "AWS_SDK_UA_APP_ID", "sdk_ua_app_id")
    parts = (
        f"smrt/{__version__}",
        f"os/{_token(system.lower())}#{_token(release)}",
        f"md/arch#{_token(machine)}",
        "lang/python#" + ".".join(map(str, sys.version_info[:3])),
        f"exec-env/{_token(execution)}" if execution else "",
        f"cfg/retry-mode#{retry_mode}",
        f"app/{_token(application)}" if application else "",
    )
    return " ".join(filter(None, parts))


def _platform() -> tuple[str, str, str]:
    """The operating system, its release, and the processor architecture."""
    if hasattr(os, "uname"):
        uname = os.uname()
        return uname.sysname, uname.release, uname.machine
    import platform  # Windows

    return platform.system(), platform.release(), platform.machine()


def _token(text: str) -> str:
    """`text` with a dash for each character that a user agent must not contain."""
    return "".join(c if c.isascii() and (c.isalnum() or c in _TOKEN) else "-" for c in text)


_TOKEN = "!$%&'*+-.^_`|~,"  # noqa: S105 - characters of a user agent


def _region(config: Config, option: str | None) -> tuple[str, bool]:
    region = configured_region(config, option)
    if region is None:
        from .botocore_chain import metadata_region

        region = metadata_region(config)
    if region is None:
        raise ConfigurationError(
            "You must specify a region. You can also configure your region by running "
            '"aws configure".',
            "set it with --region us-east-1, AWS_REGION, or region in the profile",
            code="NoRegion",
        )
    plain, is_fips = pseudo(region)
    if not is_region(plain):
        message = f"Provided region_name '{region}' doesn't match a supported format."
        if option is not None:
            raise UsageError(message, "use the name of a region, such as us-east-1")
        raise ConfigurationError(
            message, "use the name of a region, such as us-east-1", _region_origin(config)
        )
    return plain, is_fips


def _region_origin(config: Config) -> str:
    variable = "AWS_REGION" if "AWS_REGION" in config.environ else "AWS_DEFAULT_REGION"
    return origin(config, variable, "region")


def _retry_mode(config: Config) -> str:
    mode = setting(config, "AWS_RETRY_MODE", "retry_mode")
    if mode is None:
        return RETRY_MODES[0]
    if mode not in RETRY_MODES:
        raise ConfigurationError(
            f'Invalid value provided to "mode": "{mode}" must be one of: "standard" or "adaptive"',
            origin(config, "AWS_RETRY_MODE", "retry_mode"),
        )
    return mode


def _max_attempts(config: Config) -> int:
    text = setting(config, "AWS_MAX_ATTEMPTS", "max_attempts")
    if text is None:
        return Settings().max_attempts
    hint = origin(config, "AWS_MAX_ATTEMPTS", "max_attempts")
    try:
        number = int(text)
    except ValueError as exc:
        raise ConfigurationError(str(exc), hint) from exc
    if number < 1:
        raise ConfigurationError(
            f'Value provided to "max_attempts": {number} must be an integer greater than or '
            "equal to one.",
            hint,
        )
    return number


def endpoint_url(config: Config, option: str | None, service: str) -> str | None:
    """The endpoint URL of `service`; None for that of AWS. Raises ConfigurationError."""
    if option is not None:
        return without_userinfo(option)
    if flag(config, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"):
        return None
    for variable in ("AWS_ENDPOINT_URL_" + service.upper(), "AWS_ENDPOINT_URL"):
        if url := config.environ.get(variable):
            return _with_scheme(url, origin(config, variable, "endpoint_url"))
    if url := _services_url(config, service):
        return _with_scheme(url, f"it comes from a services section of {config.config_path}")
    if url := setting(config, None, "endpoint_url"):
        return _with_scheme(url, origin(config, None, "endpoint_url"))
    return None


def _services_url(config: Config, service: str) -> str | None:
    name = setting(config, None, "services")
    if name is None:
        return None
    section = config.services.get(name)
    if not section:
        raise ConfigurationError(
            "The profile is configured to use the services section but the "
            f'"{name}" services configuration does not exist.',
            f"add a section [services {name}] to {config.config_path}",
        )
    values: Any = section.get(service)
    return values.get("endpoint_url") if isinstance(values, dict) else None


def _with_scheme(url: str, hint: str) -> str:
    if "://" not in url:
        raise ConfigurationError(f"Invalid endpoint: {masked_url(url)}", hint)
    return without_userinfo(url)


def _ca_bundle(config: Config, option: str | None) -> str | None:
    path = option if option is not None else setting(config, "AWS_CA_BUNDLE", "ca_bundle")
    if path is None:
        path = config.environ.get("REQUESTS_CA_BUNDLE", _openssl_certificates(config.environ))
    if path is None or path.strip():
        return path
    kind: type[SmrtError] = ConfigurationError if option is None else UsageError
    raise kind(
        "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, "
        "or verify) resolved to an empty or whitespace-only string. Provide a valid path to a "
        "CA bundle file.",
        *([] if option is not None else [_bundle_origin(config)]),
    )


def _openssl_certificates(environ: Mapping[str, str]) -> str | None:
    """OpenSSL's own variables: a file, or else the first folder of a list; empty ones are unset."""
    if file := environ.get("SSL_CERT_FILE"):
        return file
    folders = environ.get("SSL_CERT_DIR") or None
    if folders is None:
        return None
    return next(filter(os.path.isdir, folders.split(os.pathsep)), folders)


def _bundle_origin(config: Config) -> str:
    if setting(config, "AWS_CA_BUNDLE", "ca_bundle") is None:
        return origin(config, "REQUESTS_CA_BUNDLE", "ca_bundle")
    return origin(config, "AWS_CA_BUNDLE", "ca_bundle")


def _proxies(config: Config) -> dict[str, str | None]:
    """The proxies of the environment; the lowercase name takes precedence, empty is no proxy."""
    return {name: _proxy(config, name) for name in ("http_proxy", "https_proxy", "no_proxy")}


def _proxy(config: Config, name: str) -> str | None:
    return config.environ.get(name, config.environ.get(name.upper())) or None
