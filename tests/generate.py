"""Write the generated files: python -m tests.generate (make generate)."""

import shutil
from pathlib import Path

import click

from smrt.cli import commands
from smrt.generated import files

ROOT = Path(__file__).parent.parent


def generated() -> dict[str, str]:
    """The generated files by their paths."""
    return files(click.Context(commands, info_name="smrt"))


def main() -> None:
    """Write what the tables say, and nothing else, into the folders of generated files."""
    for folder in ("man", "completions"):
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    for path, text in generated().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
