"""Installs generated files in the user's home directory."""

import os

from smrt.errors import SmrtError
from smrt.output import outfile


def install_file(path: str, text: str) -> None:
    """Write `text` to `path`, and create its folder; a failure leaves an old file unchanged."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except OSError as exc:
        raise SmrtError(f"cannot create the folder of {path}: {exc.strerror}") from exc
    with outfile.writing(outfile.plan(path)) as file:
        file.write(text.encode())
