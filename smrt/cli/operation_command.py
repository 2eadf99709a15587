"""Commands built from rows, parsed by the AWS CLI's rules."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from smrt import __version__
from smrt.invoke.option_table import (
    BODY,
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

from .arguments import OptionNames, arrange, reject_choice, reject_unknown
from .help_option import HELP_WORD, show_help, show_manual

if TYPE_CHECKING:
    from .help.page import Example, Page

Options = TypeVar("Options")
_PARAMS = "smrt.params"
"""Key in a context's `meta` for the parameters that its line uses."""
WORDS = "smrt.words"
"""Key for the words of the line, as they were written."""


class Choice(click.Choice[str]):
    """One of several choices; any other value is rejected with the AWS CLI's message."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return `value` if it is one of the choices. Raises UsageError."""
        if value not in self.choices:
            reject_choice(parameter_label(param), value, self.choices)
        return super().convert(value, param, ctx)


class RowsCommand(click.Command):
    """A command built from rows: `gather` converts its options to one typed value for `run`.

    The command accepts the arguments `positionals`, an OUTFILE by default; if `outfile_with` is a
    flag, only together with this flag.
    """

    def __init__(  # noqa: PLR0913 - the parts of a command
        self,
        name: str,
        rows: Sequence[Row],
        gather: Callable[[click.Context], Options],
        run: Callable[[App, Options], int | None],
        *,
        text: str,
        members: Sequence[Member] = (),
        fields: Sequence[Field] = (),
        positionals: Sequence[Row] = (OUTFILE,),
        outfile_with: str | None = None,
        read_timeout: float | None = None,
        examples: "Sequence[Example]" = (),
    ) -> None:
        self._gather = gather
        self._positionals = tuple(positionals)
        self._outfile_with = outfile_with
        self._read_timeout = read_timeout
        self.rows = (*map(member_row, members), *rows)
        listed = (row for row in rows if row.group)
        self._documented_rows = (
            *self.rows[: len(members)],
            *self._positionals,
            *listed,
            HELP,
            VERSION,
        )
        self._examples = tuple(examples)
        self._fields = fields
        self.names = OptionNames(
            valued=[member.flag for member in members]
            + [row.flag for row in rows if row.takes_value and row.flag != SKELETON],
            flags=[row.flag for row in rows if not row.takes_value] + list(EAGER),
            optional={row.flag: "input" for row in rows if row.flag == SKELETON},
            attached={row.flag: row.attached for row in rows if row.attached},
            short={row.short: row.flag for row in rows if row.short},
        )
        super().__init__(name, callback=run, help=text, add_help_option=False)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options and OUTFILE; while a line is parsed, only the options that it uses.

        A line uses few of forty options, and each one takes click as long as the rest of parsing.
        """
        params: list[click.Parameter] = ctx.meta.get(_PARAMS) or self._params(self.rows)
        return params

    def _params(self, rows: Sequence[Row]) -> list[click.Parameter]:
        arguments = (click.Argument([row.dest], required=False) for row in self._positionals)
        return [*map(_option, rows), *arguments]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Arrange and parse `args`. Raises UsageError with all unknown words."""
        ctx.meta[WORDS] = args
        line = arrange(args, self.names)
        if any(flag in line.options for flag in HELP_FLAGS):
            show_help(ctx)
        has_words = self._outfile_with is None or self._outfile_with in line.options
        max_words = len(self._positionals) if has_words else 0
        words = self._without_help(ctx, line.options, line.words, max_words)
        known = (*self.names.valued, *self.names.flags)
        hints = () if has_words else (f"OUTFILE requires {self._outfile_with}",)
        extra = [*line.unknown, *words[max_words:]]
        if extra != [""]:  # as in AWS CLI, which reports a joined list unless that is empty
            reject_unknown(extra, known, *hints[: len(words)], ctx=ctx)
        flags = {option.partition("=")[0] for option in line.options}
        ctx.meta[_PARAMS] = self._params([row for row in self.rows if row.flag in flags])
        rest = super().parse_args(ctx, [*line.options, "--", *words[:max_words]])
        for row in self.rows:
            ctx.params.setdefault(row.dest, _missing(row))
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command with the options of `ctx`; return its exit status, None for success."""
        assert self.callback is not None
        return self.callback(ctx.obj, self._gather(ctx))

    def _without_help(
        self, ctx: click.Context, options: Sequence[str], words: list[str], max_words: int
    ) -> list[str]:
        """The words. Shows the man page if `help` is alone, or follows all required parameters.

        This is the AWS CLI's rule; anywhere else, `help` is an OUTFILE.
        """
        flags = {option.partition("=")[0] for option in options}
        alone = words == [HELP_WORD] and not flags.difference(row.flag for row in GLOBALS)
        at_end = words[max_words:] == [HELP_WORD]
        required = {row.flag for row in self._documented_rows if row.group == "required"}
        if alone or (at_end and required <= flags):
            show_manual(ctx)
        return words[:-1] if at_end else words

    def page(self, ctx: click.Context) -> "Page":
        """The help page of this command."""
        from .help.page import Page

        assert self.help is not None
        rows = self._page_rows()
        required = (row.label for row in rows if row.group == "required")
        return Page(
            ctx.command_path,
            self.help,
            (*required, "[OPTION]...", *(row.label for row in self._positionals)),
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
    """A command for an operation, with the global options that it shares: all by default."""

    def __init__(
        self,
        operation: Operation,
        rows: Sequence[Row],
        gather: Callable[[click.Context], Options],
        run: Callable[[App, Options], None],
        *,
        shared: Sequence[Row] = GLOBALS,
        outfile_with: str | None = None,
        read_timeout: float | None = None,
        examples: "Sequence[Example]" = (),
    ) -> None:
        super().__init__(
            operation.command,
            (*rows, *shared),
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
    """The output of --version: the versions of smrt and Python, and the platform."""
    import platform

    python, system = platform.python_version(), platform.system()
    return f"smrt/{__version__} Python/{python} {system}/{platform.release()}"


def leading_option_names() -> OptionNames:
    """The options that can precede the command: all global options, and those of all members."""
    from smrt.protocol.bidirectional.bidirectional_operation import (
        INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM,
    )

    from .conversation_rows import BIDIRECTIONAL

    operations = (*OPERATIONS, INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM)
    members = {member.flag for operation in operations for member in operation.members}
    rows = (*GLOBALS, *STREAM, *BIDIRECTIONAL, *BODY, WAIT, WAIT_TIMEOUT, STAGE)
    valued = members.union(row.flag for row in rows if row.takes_value)
    flags = [row.flag for row in rows if not row.takes_value]
    return OptionNames(valued, [*flags, *EAGER])


def parameter_label(param: click.Parameter | None) -> str:
    """The name of a parameter on the command line."""
    if isinstance(param, click.Argument):
        return param.metavar or str(param.name)
    return param.opts[-1] if param else ""


def _option(row: Row) -> click.Option:
    """The option that click parses, without help, which is built from the row."""
    if row.attached:
        return click.Option([row.flag, row.dest], type=Choice(row.attached))
    if not row.takes_value:
        return click.Option([row.flag, row.dest], is_flag=True)
    kind = Choice(row.choices) if row.choices else None
    return click.Option(
        [row.flag, row.dest],
        type=kind,
        metavar=row.metavar or None,
        multiple=row.is_repeatable,
    )


def _missing(row: Row) -> Any:
    """The value of an option that is not on the line."""
    if row.is_repeatable:
        return ()
    return None if row.takes_value else False
