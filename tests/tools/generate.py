"""Write the generated files, and the tables of the docs: python -m tests.tools.generate."""

import shutil

import click

from smrt.cli import help_option
from smrt.cli.generated import files
from smrt.cli.main import commands
from tests.support.project import ROOT

from . import docs


def generated() -> dict[str, str]:
    """The generated files, and the pages of the docs with their tables, by their paths."""
    root = click.Context(commands, info_name="smrt")
    return {**files(root), **docs.filled(help_option.pages(root))}


def main() -> None:
    """Write what the tables say, and nothing else, into the folders of generated files."""
    made = generated()
    for folder in ("man", "completions"):
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    for path, text in made.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
