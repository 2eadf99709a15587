"""Shows a man page with `man`, which uses the user's pager and colors."""

import subprocess
from collections.abc import Mapping
from contextlib import suppress
from tempfile import NamedTemporaryFile


def view(page: str, program: str, environ: Mapping[str, str]) -> None:
    """Show the man page with the source `page`; every `man` accepts the path of a file."""
    with NamedTemporaryFile("w", suffix=".1", encoding="utf-8") as file:
        file.write(page)
        file.flush()
        with suppress(KeyboardInterrupt):  # Ctrl-C is the pager's
            subprocess.run([program, file.name], env=environ, check=False)  # noqa: S603 - without a shell
