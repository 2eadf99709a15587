"""Environment variables as commands of a shell, and the commands that restore the old values.

The old values are in a variable of their own, so that the shell itself remembers them.
"""

import json
from collections.abc import Iterator, Mapping
from shlex import quote

SAVED = "SMRT_LOCAL_SAVED"
SHELLS = ("sh", "fish")


def set_commands(added: Mapping[str, str], environ: Mapping[str, str], shell: str) -> Iterator[str]:
    """Lines that set the variables `added`; `environ` is from before `smrt local env`."""
    saved = json.dumps({name: environ.get(name) for name in added})
    for name, value in {**added, SAVED: saved}.items():
        yield _assignment(name, value, shell)


def unset_commands(environ: Mapping[str, str], shell: str) -> Iterator[str]:
    """Lines that restore what `set_commands` replaced."""
    for name, value in _saved(environ).items():
        yield _removal(name, shell) if value is None else _assignment(name, value, shell)
    yield _removal(SAVED, shell)


def without_saved(environ: Mapping[str, str]) -> Mapping[str, str]:
    """`environ` without what `set_commands` has set."""
    saved = _saved(environ)
    restored = {**environ, **saved}
    return {name: value for name, value in restored.items() if value is not None and name != SAVED}


def _saved(environ: Mapping[str, str]) -> Mapping[str, str | None]:
    try:
        saved = json.loads(environ.get(SAVED) or "{}")
    except ValueError:
        return {}
    return saved if isinstance(saved, dict) else {}


def _assignment(name: str, value: str, shell: str) -> str:
    if shell == "fish":
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"set -gx {name} '{escaped}'\n"
    return f"export {name}={quote(value)}\n"


def _removal(name: str, shell: str) -> str:
    return f"set -e {name}\n" if shell == "fish" else f"unset {name}\n"
