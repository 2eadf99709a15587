"""A row of a table of options: what the parser, help, man pages and completions are made from."""

from typing import NamedTuple


class Row(NamedTuple):
    """An option: a flag where it has neither metavar nor choices, a plain word without a `flag`.

    `group` is its place in the help. A `metavar` in brackets may be left out; it also says what
    completes a value: FILE is a file. `default` is what holds where nothing is configured.
    """

    flag: str
    dest: str
    help: str
    group: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    short: str = ""

    @property
    def takes_value(self) -> bool:
        """Whether it is more than a flag."""
        return bool(self.metavar or self.choices)

    @property
    def label(self) -> str:
        """How it is written: --output FORMAT."""
        names = ", ".join(filter(None, (self.short, self.flag)))
        return " ".join(filter(None, (names, self.metavar)))

    @property
    def terms(self) -> str:
        """The values that it can have, and which it has by default."""
        parts = [f"one of {', '.join(self.choices)}"] if self.choices else []
        return "; ".join([*parts, *([f"default: {self.default}"] if self.default else [])])
