"""The environment and the two AWS configuration files, read once.

The precedence is option > environment > profile > default; the first one that is set is used, even
if it is empty:
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-quickstart.html#cli-configure-quickstart-precedence
"""

from collections.abc import Mapping

from smrt.errors import DEFAULT_ERROR_FORMAT, ERROR_FORMATS, ConfigurationError
from smrt.named_tuple import NamedTuple
from smrt.protocol.operations import BINARY_FORMATS

from .paths import expanded
from .profiles import Section, Sections, config_file, sections


class Config(NamedTuple):
    """The unvalidated configuration.

    `explicit`: an option names the profile, which disables credentials of the environment.
    `named`: an option or a variable names the profile, so it must exist.
    `profiles` are those of the config file, `stored_profiles` those of the credentials file.
    """

    environ: Mapping[str, str]
    profile: str
    explicit: bool
    named: bool
    profiles: Sections
    stored_profiles: Sections
    sso_sessions: Sections
    services: Sections
    config_path: str
    credentials_path: str

    def __repr__(self) -> str:
        return f"Config(profile={self.profile!r}, explicit={self.explicit}, named={self.named})"

    @property
    def values(self) -> Section:
        """The profile's section of the config file."""
        return self.profiles.get(self.profile, {})

    @property
    def stored(self) -> Section:
        """The profile's section of the credentials file."""
        return self.stored_profiles.get(self.profile, {})

    @property
    def missing(self) -> bool:
        """Whether the profile was named, and neither file has it."""
        return self.named and not (
            self.profile in self.profiles or self.profile in self.stored_profiles
        )


PARAMETERS = (
    ("EndpointName", "SMRT_ENDPOINT_NAME", "smrt_endpoint_name"),
    ("ContentType", None, "smrt_content_type"),
    ("Accept", None, "smrt_accept"),
)
"""The parameters of a call that have a default: its environment variable, and its profile key."""


def load(environ: Mapping[str, str], profile: str | None = None) -> Config:
    """Read the two files; `profile` is the option's value.

    Raises ConfigurationError for a file that cannot be read or parsed.
    """
    named = (profile, environ.get("AWS_PROFILE"), environ.get("AWS_DEFAULT_PROFILE"))
    name = next((name for name in named if name is not None), None)
    config_path = expanded(environ, "AWS_CONFIG_FILE", "~/.aws/config")
    credentials_path = expanded(environ, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
    file = config_file(config_path)
    return Config(
        environ=environ,
        profile="default" if name is None else name,
        explicit=profile is not None,
        named=name is not None,
        profiles=file.profiles,
        stored_profiles=sections(credentials_path),
        sso_sessions=file.sso_sessions,
        services=file.services,
        config_path=config_path,
        credentials_path=credentials_path,
    )


def setting(config: Config, variable: str | None, key: str | None) -> str | None:
    """The value of an environment variable, else of the profile's key, if either is set."""
    if variable is not None and variable in config.environ:
        return config.environ[variable]
    if key is None:
        return None
    value = config.stored.get(key, config.values.get(key))
    return value if isinstance(value, str) else None


def flag(config: Config, variable: str | None, key: str) -> bool:
    """Whether a setting is `true`, in any case; `1` and `yes` are false."""
    return (setting(config, variable, key) or "").lower() == "true"


def origin(config: Config, variable: str | None, key: str) -> str:
    """A hint that names the source of the value that `setting` returns."""
    if variable is not None and variable in config.environ:
        return f"it comes from the environment variable {variable}"
    path = config.credentials_path if key in config.stored else config.config_path
    return f"it comes from {key} in the profile {config.profile} of {path}"


def check_profile(config: Config) -> None:
    """Raise ConfigurationError, with the nearest names, if a named profile does not exist."""
    if config.missing:
        message = f"The config profile ({config.profile}) could not be found"
        raise ConfigurationError(message, *_profile_hints(config))


def region(config: Config, option: str | None = None) -> str | None:
    """The configured region, without instance metadata."""
    if option is not None:
        return option
    value = setting(config, "AWS_REGION", None)
    return setting(config, "AWS_DEFAULT_REGION", "region") if value is None else value


def output_format(config: Config, option: str | None = None) -> str:
    """The name of the output format, not validated."""
    value = option if option is not None else setting(config, "AWS_DEFAULT_OUTPUT", "output")
    return "json" if value is None else value


def error_format(config: Config) -> str:
    """The format of error messages; unknown values mean `enhanced`."""
    value = (setting(config, "AWS_CLI_ERROR_FORMAT", "cli_error_format") or "").lower()
    return value if value in ERROR_FORMATS else DEFAULT_ERROR_FORMAT


def binary_format(config: Config, option: str | None = None) -> str:
    """The format of blobs on the command line; raises ConfigurationError for unknown values."""
    if option is not None:
        return option
    return _choice(config, "cli_binary_format", BINARY_FORMATS, BINARY_FORMATS[0])


def pager(config: Config) -> str:
    """The pager command for long output; empty to disable it."""
    value = setting(config, "AWS_PAGER", "cli_pager")
    return config.environ.get("PAGER", "less") if value is None else value


def auto_prompt(config: Config) -> str:
    """`on`, `on-partial` or `off`."""
    value = (setting(config, "AWS_CLI_AUTO_PROMPT", "cli_auto_prompt") or "").lower()
    return value if value in ("on", "on-partial") else "off"


def parameters(config: Config) -> dict[str, str]:
    """The configured defaults of a call's parameters, by their names."""
    defaults = {}
    for name, variable, key in PARAMETERS:
        value = setting(config, variable, key)
        if value is not None:
            defaults[name] = value
    return defaults


def check_timestamps(config: Config) -> None:
    """Raise ConfigurationError for an unknown cli_timestamp_format."""
    _choice(config, "cli_timestamp_format", ("wire", "iso8601"), "iso8601")


def _choice(config: Config, key: str, choices: tuple[str, ...], default: str) -> str:
    value = setting(config, None, key)
    if value is None:
        return default
    if value not in choices:
        valid = '" or "'.join(choices)
        message = f'Unknown {key} value: {value}, valid values are "{valid}"'
        raise ConfigurationError(message, origin(config, None, key))
    return value


def _profile_hints(config: Config) -> list[str]:
    import difflib
    from shlex import quote

    names = sorted({*config.profiles, *config.stored_profiles})
    matches = difflib.get_close_matches(config.profile, names)
    hints = []
    if not config.explicit:
        variable = "AWS_PROFILE" if "AWS_PROFILE" in config.environ else "AWS_DEFAULT_PROFILE"
        hints.append(f"it comes from the environment variable {variable}")
    if matches:
        hints.append(f"did you mean {' or '.join(matches)}?")
    elif names:
        hints.append(f"the profiles are {', '.join(names)}")
    return [*hints, f"to create it: aws configure --profile {quote(config.profile or 'NAME')}"]


def epoch_seconds(timestamp: str | None) -> float | None:
    """Parse an ISO 8601 time (UTC by default) to seconds since the epoch; None if invalid."""
    if not timestamp:
        return None
    from datetime import datetime, timezone

    text = timestamp.removesuffix("UTC").removesuffix("Z")
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return None
