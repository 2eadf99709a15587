"""The user's path for the completion script of a shell, and the setup that the shell needs."""

from collections.abc import Mapping
from typing import NamedTuple

from smrt.config.paths import home_path


class InstallPath(NamedTuple):
    """The path of a script, and notes for the user, one line each."""

    path: str
    notes: tuple[str, ...]


def install_path(shell: str, environ: Mapping[str, str]) -> InstallPath:
    """The path of the script for `shell`: bash, zsh or fish."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](environ)


def _bash(environ: Mapping[str, str]) -> InstallPath:
    path = _folder(environ, "XDG_DATA_HOME", "~/.local/share") + "/bash-completion/completions/smrt"
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


def _folder(environ: Mapping[str, str], variable: str, default: str) -> str:
    return environ.get(variable) or home_path(environ, default)
