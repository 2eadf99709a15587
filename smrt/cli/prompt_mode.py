"""Whether to prompt for a command line, by AWS CLI's rules.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-prompting.html
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from smrt.errors import SmrtError, UsageError

ON = "--cli-auto-prompt"
OFF = "--no-cli-auto-prompt"
_NEVER_PROMPTED = ("help", "--help", "-h", "--version")
_VARIABLE = "AWS_CLI_AUTO_PROMPT"
_KEY = b"cli_auto_prompt"


def prompt_mode(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """`on`, `on-partial` (only after an invalid line) or `off`.

    Raises UsageError if the line has both flags.
    """
    words = arguments[: _end(arguments)]
    if ON in words and OFF in words:
        raise UsageError(
            f"Both {ON} and {OFF} cannot be specified at the same time.", f"remove {OFF}"
        )
    if OFF in words or any(word in words for word in _NEVER_PROMPTED) or "complete" in words[:1]:
        return "off"
    return "on" if ON in words else _configured(words, environ)


def without_prompt_flags(arguments: Sequence[str]) -> list[str]:
    """The line without the two flags: every command accepts them, and none uses them."""
    end = _end(arguments)
    return [word for word in arguments[:end] if word not in (ON, OFF)] + list(arguments[end:])


def _end(arguments: Sequence[str]) -> int:
    """The index at which the options end; another program reads what follows --."""
    return arguments.index("--") if "--" in arguments else len(arguments)


def _configured(words: Sequence[str], environ: Mapping[str, str]) -> str:
    from smrt.config import configuration
    from smrt.config.paths import expanded

    files = (
        ("AWS_CONFIG_FILE", "~/.aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    )
    paths = (expanded(environ, *file) for file in files)
    if _VARIABLE not in environ and not any(map(_mentions_prompt, paths)):
        return "off"  # parsing the files here too would slow down every call
    from .early_options import early_options

    profile = early_options(words).profile
    try:
        return configuration.auto_prompt(configuration.load(environ, profile))
    except SmrtError:
        return "off"  # the command itself reports the error


def _mentions_prompt(path: str) -> bool:
    with suppress(OSError), open(path, "rb") as file:
        return _KEY in file.read()
    return False
