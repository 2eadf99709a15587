"""Shows a man page through `man`, which pages and paints as its user likes."""

import subprocess
from collections.abc import Mapping
from contextlib import suppress
from tempfile import NamedTemporaryFile


def view(page: str, program: str, environ: Mapping[str, str]) -> None:
    """Show the man page whose source is `page`; every `man` takes a file's path for a name."""
    with NamedTemporaryFile("w", suffix=".1", encoding="utf-8") as file:
        file.write(page)
        file.flush()
        with suppress(KeyboardInterrupt):  # Ctrl-C is the pager's
            subprocess.run([program, file.name], env=environ, check=False)  # noqa: S603 - without a shell
