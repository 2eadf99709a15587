"""The user's man pages and completion scripts: their paths, and the setup that they need."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from smrt.config.paths import home_path
from smrt.errors import SmrtError
from smrt.output import outfile


class InstallPath(NamedTuple):
    """The path of a script or folder, and notes for the user, one line each."""

    path: str
    notes: tuple[str, ...]


def install_file(path: str, text: str) -> None:
    """Write `text` to `path`, and create its folder; a failure leaves an old file unchanged."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except OSError as exc:
        raise SmrtError(f"cannot create the folder of {path}: {exc.strerror}") from exc
    with outfile.writing(outfile.plan(path)) as file:
        file.write(text.encode())


def man_folder(environ: Mapping[str, str]) -> InstallPath:
    """The folder of the user's man pages: `man` searches it if ~/.local/bin is in PATH."""
    folder = _data_folder(environ) + "/man"
    return InstallPath(
        folder,
        (
            "man smrt shows the first of them",
            f"if it does not, add this line to ~/.profile: export MANPATH='{folder}':\"$MANPATH\"",
        ),
    )


def install_path(shell: str, environ: Mapping[str, str]) -> InstallPath:
    """The path of the script for `shell`: bash, zsh or fish."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](environ)


def _bash(environ: Mapping[str, str]) -> InstallPath:
    path = _data_folder(environ) + "/bash-completion/completions/smrt"
    return InstallPath(
        path,
        (
            "the package bash-completion loads it in every new shell",
            f"without that package, add this line to ~/.bashrc: source '{path}'",
        ),
    )


def _zsh(environ: Mapping[str, str]) -> InstallPath:
    folder = _folder(environ, "ZDOTDIR", "~") + "/.zfunc"
    lines = f"fpath=('{folder}' $fpath); autoload -Uz compinit; compinit"
    return InstallPath(
        f"{folder}/_smrt",
        (
            f"add this line to ~/.zshrc: {lines}",
            "if it already calls compinit, add only fpath=..., above that call",
        ),
    )


def _fish(environ: Mapping[str, str]) -> InstallPath:
    folder = _folder(environ, "XDG_CONFIG_HOME", "~/.config")
    return InstallPath(
        f"{folder}/fish/completions/smrt.fish", ("fish loads it in every new shell",)
    )


def _data_folder(environ: Mapping[str, str]) -> str:
    return _folder(environ, "XDG_DATA_HOME", "~/.local/share")


def _folder(environ: Mapping[str, str], variable: str, default: str) -> str:
    return environ.get(variable) or home_path(environ, default)
