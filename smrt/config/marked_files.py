"""Configuration files with a byte order mark, which botocore cannot parse."""

from typing import Any

from .configuration import Config
from .profiles import BOM


def is_marked(config: Config) -> bool:
    """Whether one of the two files has a byte order mark."""
    return _has_bom(config.config_path) or _has_bom(config.credentials_path)


def _has_bom(path: str) -> bool:
    """Whether the file at `path` begins with a byte order mark, which botocore cannot read."""
    try:
        with open(path, "rb") as file:
            return file.read(len(BOM)) == BOM
    except OSError:
        return False


def set_parsers(resolver: Any, config: Config) -> None:
    """Make botocore's providers use the files as smrt has parsed them."""
    _set_parsers(resolver.providers, config)
    builder = resolver.get_provider("assume-role")._profile_provider_builder  # noqa: SLF001 - there is no public way
    create = builder.providers

    def create_parsed(*args: Any, **kwargs: Any) -> Any:
        return _set_parsers(create(*args, **kwargs), config)

    builder.providers = create_parsed


def _set_parsers(providers: Any, config: Config) -> Any:
    for provider in providers:
        if provider.METHOD == "shared-credentials-file":
            provider._ini_parser = lambda _: config.stored_profiles  # noqa: SLF001 - likewise
        if provider.METHOD == "config-file":
            provider._config_parser = lambda _: full_config(config)  # noqa: SLF001 - likewise
    return providers


def full_config(config: Config) -> dict[str, Any]:
    """Both files in the shape of botocore."""
    names = {*config.profiles, *config.stored_profiles}
    profiles = {
        name: {**config.profiles.get(name, {}), **config.stored_profiles.get(name, {})}
        for name in names
    }
    return {
        "profiles": profiles,
        "sso_sessions": dict(config.sso_sessions),
        "services": dict(config.services),
    }
