"""Paths of files as users write them in the environment, with ~ and $VARIABLES."""

import os
from collections.abc import Mapping


def expanded(environ: Mapping[str, str], variable: str, default: str) -> str:
    """The path in an environment variable, with $VARIABLES and ~ expanded."""
    path = environ.get(variable, default)
    if "$" in path:
        import re

        names = re.compile(r"\$(?:(\w+)|\{([^}]*)\})", re.ASCII)
        path = names.sub(lambda match: environ.get(match[1] or match[2], match[0]), path)
    return home_path(environ, path)


def home_path(environ: Mapping[str, str], path: str) -> str:
    """Expand a leading ~ in `path` to HOME in `environ`."""
    home = environ.get("HOME")
    if home is not None and (path == "~" or path.startswith("~/")):
        return (home.rstrip("/") + path[1:]) or "/"
    return os.path.expanduser(path)
