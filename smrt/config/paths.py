"""Paths of files as users write them in the environment, with ~ and $VARIABLES."""

import os
from collections.abc import Mapping


def expanded(environ: Mapping[str, str], variable: str, default: str) -> str:
    """The path that a variable of the environment holds, with $VARIABLES and ~ replaced."""
    path = environ.get(variable, default)
    if "$" in path:
        import re

        names = re.compile(r"\$(?:(\w+)|\{([^}]*)\})", re.ASCII)
        path = names.sub(lambda found: environ.get(found[1] or found[2], found[0]), path)
    return home_path(environ, path)


def home_path(environ: Mapping[str, str], path: str) -> str:
    """`path` with a leading ~ replaced by the home of `environ`."""
    home = environ.get("HOME")
    if home is not None and (path == "~" or path.startswith("~/")):
        return (home.rstrip("/") + path[1:]) or "/"
    return os.path.expanduser(path)
