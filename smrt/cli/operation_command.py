"""Commands made of rows, whose words are parsed by the rules of the AWS CLI."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from smrt import __version__
from smrt.invoke.option_table import (
    EAGER,
    GLOBALS,
    HELP,
    HELP_FLAGS,
    OUTFILE,
    READ_TIMEOUT,
    SKELETON,
    STAGE,
    STREAM,
    VERSION,
    WAIT,
    WAIT_TIMEOUT,
    Row,
    member_row,
)
from smrt.output.console import App
from smrt.protocol.operations import OPERATIONS, Field, Member, Operation

from .arguments import Names, arrange, refuse_choice, refuse_unknown
from .help_option import HELP_WORD, show_help, show_manual

if TYPE_CHECKING:
    from .help.page import Example, Page

Options = TypeVar("Options")
_PARAMS = "smrt.params"
"""Where a context has the parameters of its line."""


class Choice(click.Choice[str]):
    """One of several words; another is refused as AWS refuses it, with the nearest or all."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`value`, if it is one of the words."""
        if value not in self.choices:
            refuse_choice(called(param), value, self.choices)
        return super().convert(value, param, ctx)


class RowsCommand(click.Command):
    """A command made of rows: `gather` makes one typed value of its options, `run` acts on that.

    The command takes an OUTFILE; where `outfile_with` names a flag, only beside that.
    """

    def __init__(  # noqa: PLR0913 - the parts of a command
        self,
        name: str,
        rows: Sequence[Row],
        gather: Callable[[click.Context], Options],
        run: Callable[[App, Options], None],
        *,
        text: str,
        members: Sequence[Member] = (),
        fields: Sequence[Field] = (),
        outfile_with: str | None = None,
        read_timeout: float | None = None,
        examples: "Sequence[Example]" = (),
    ) -> None:
        self._gather = gather
        self._outfile_with = outfile_with
        self._read_timeout = read_timeout
        self.rows = (*map(member_row, members), *rows)
        self._documented_rows = (*self.rows[: len(members)], OUTFILE, *rows, HELP, VERSION)
        self._examples = tuple(examples)
        self._fields = fields
        self.names = Names(
            valued=[member.flag for member in members]
            + [row.flag for row in rows if row.takes_value and row.flag != SKELETON],
            flags=[row.flag for row in rows if not row.takes_value] + list(EAGER),
            optional={row.flag: "input" for row in rows if row.flag == SKELETON},
        )
        super().__init__(name, callback=run, help=text, add_help_option=False)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options and OUTFILE; while a line is parsed, only the options that it names.

        A line names few of forty options, and each costs click as much as all of the parsing.
        """
        params: list[click.Parameter] = ctx.meta.get(_PARAMS) or self._params(self.rows)
        return params

    def _params(self, rows: Sequence[Row]) -> list[click.Parameter]:
        return [*map(_option, rows), click.Argument(["outfile"], required=False)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse `args` after arranging them; UsageError names every word that is unknown."""
        found = arrange(args, self.names)
        if any(flag in found.options for flag in HELP_FLAGS):
            show_help(ctx)
        most_words = int(self._outfile_with is None or self._outfile_with in found.options)
        words = self._without_help(ctx, found.options, found.words, most_words)
        known = (*self.names.valued, *self.names.flags)
        beside = () if most_words else (f"OUTFILE requires {self._outfile_with}",)
        extra = [*found.unknown, *words[most_words:]]
        if extra != [""]:  # as in AWS CLI, which reports a joined list unless that is empty
            refuse_unknown(extra, known, *beside[: len(words)])
        flags = {option.partition("=")[0] for option in found.options}
        ctx.meta[_PARAMS] = self._params([row for row in self.rows if row.flag in flags])
        rest = super().parse_args(ctx, [*found.options, "--", *words[:most_words]])
        for row in self.rows:
            ctx.params.setdefault(row.dest, None if row.takes_value else False)
        return rest

    def invoke(self, ctx: click.Context) -> None:
        """Act on the options of `ctx`."""
        assert self.callback is not None
        self.callback(ctx.obj, self._gather(ctx))

    def _without_help(
        self, ctx: click.Context, options: Sequence[str], words: list[str], most_words: int
    ) -> list[str]:
        """The words, unless `help` is one by AWS CLI's rule: alone, or behind all that is required.

        Anywhere else it is an OUTFILE.
        """
        named = {option.partition("=")[0] for option in options}
        alone = words == [HELP_WORD] and not named.difference(row.flag for row in GLOBALS)
        behind = words[most_words:] == [HELP_WORD]
        required = {row.flag for row in self._documented_rows if row.group == "required"}
        if alone or (behind and required <= named):
            show_manual(ctx)
        return words[:-1] if behind else words

    def page(self, ctx: click.Context) -> "Page":
        """What there is to know of this command."""
        from .help.page import Page

        assert self.help is not None
        rows = self._page_rows()
        needed = (row.label for row in rows if row.group == "required")
        return Page(
            ctx.command_path,
            self.help,
            (*needed, "[OPTION]...", OUTFILE.label),
            rows=rows,
            examples=self._examples,
            fields={field.name: field.help for field in self._fields},
        )

    def _page_rows(self) -> tuple[Row, ...]:
        """The rows as help shows them: with the read timeout, and the flag that OUTFILE needs."""
        from smrt.protocol.messages import DEFAULT_TIMEOUT

        timeout = f"{self._read_timeout or DEFAULT_TIMEOUT:g}"
        own = {READ_TIMEOUT: READ_TIMEOUT._replace(default=timeout)}
        if self._outfile_with is not None:
            text = f"With {self._outfile_with}, {OUTFILE.help[0].lower()}{OUTFILE.help[1:]}"
            own[OUTFILE] = OUTFILE._replace(help=text)
        return tuple(own.get(row, row) for row in self._documented_rows)


class OperationCommand(RowsCommand):
    """A command for an operation, with all global options."""

    def __init__(
        self,
        operation: Operation,
        rows: Sequence[Row],
        gather: Callable[[click.Context], Options],
        run: Callable[[App, Options], None],
        *,
        outfile_with: str | None = None,
        read_timeout: float | None = None,
        examples: "Sequence[Example]" = (),
    ) -> None:
        super().__init__(
            operation.command,
            (*rows, *GLOBALS),
            gather,
            run,
            text=operation.help,
            members=operation.members,
            fields=operation.fields,
            outfile_with=outfile_with,
            read_timeout=read_timeout,
            examples=examples,
        )


def version_line() -> str:
    """What --version prints: this program, Python and the platform."""
    import platform

    python, system = platform.python_version(), platform.system()
    return f"smrt/{__version__} Python/{python} {system}/{platform.release()}"


def every_name() -> Names:
    """The options that may stand before the command: all global ones, and all members'."""
    flags = {member.flag for operation in OPERATIONS for member in operation.members}
    rows = (*GLOBALS, *STREAM, WAIT, WAIT_TIMEOUT, STAGE)
    valued = flags.union(row.flag for row in rows if row.takes_value)
    return Names(valued, [row.flag for row in rows if not row.takes_value] + list(EAGER))


def called(param: click.Parameter | None) -> str:
    """What a parameter is called on the command line."""
    if isinstance(param, click.Argument):
        return param.metavar or str(param.name)
    return param.opts[-1] if param else ""


def _option(row: Row) -> click.Option:
    if not row.takes_value:
        return click.Option([row.flag, row.dest], is_flag=True, help=row.help)
    kind = Choice(row.choices) if row.choices else None
    return click.Option([row.flag, row.dest], type=kind, metavar=row.metavar or None, help=row.help)
