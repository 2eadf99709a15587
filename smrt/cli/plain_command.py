"""Commands that call no endpoint: declared with click's decorators, parsed like all others."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from smrt.errors import UsageError
from smrt.invoke.option_table import DEBUG, ERROR_FORMAT, HELP_FLAGS

from .arguments import OptionNames, arrange, reject_choice, reject_unknown, split
from .help_option import show_help, show_requested_help
from .operation_command import Choice, parameter_label


class Command(click.Command):
    """A command declared with click's decorators; its epilog contains the examples.

    click only validates the shared options: `early_options` reads them before click runs.
    """

    shared = (ERROR_FORMAT, DEBUG)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = Choice(ERROR_FORMAT.choices)
        self.params += [
            click.Option([ERROR_FORMAT.flag], type=kind, expose_value=False),
            click.Option([DEBUG.flag], is_flag=True, expose_value=False),
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Arrange and parse `args`, or show the help that they request."""
        show_requested_help(ctx, args)
        names = option_names(self)
        line = arrange(args, names)
        max_words = _max_words(self)
        extra = [] if max_words is None else line.words[max_words:]
        reject_unknown([*line.unknown, *extra], [*names.valued, *names.flags])
        self._require_arguments(line.words)
        return super().parse_args(ctx, [*line.options, "--", *line.words])

    def _require_arguments(self, words: Sequence[str]) -> None:
        missing = [param for param in _arguments(self) if param.required][len(words) :]
        if missing:
            labels = ", ".join(parameter_label(param) for param in missing)
            choices = getattr(missing[0].type, "choices", ())
            hints = (f"choose from {', '.join(choices)}",) if choices else ()
            raise UsageError(f"the following arguments are required: {labels}", *hints)


class Group(click.Group):
    """A group of such commands; options can precede the command."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move the options that precede the command after it, or show the requested help."""
        show_requested_help(ctx, args[:1])
        known = _merged(self.commands)
        line = split(args, lambda: known, "")
        if line.command is None and any(flag in line.options for flag in HELP_FLAGS):
            show_help(ctx)
        reject_unknown(arrange(line.options, known).unknown, [*known.valued, *known.flags])
        if line.command is None:
            raise UsageError(
                "the following arguments are required: command",
                f"choose from {', '.join(self.commands)}",
                f"see {ctx.command_path} --help",
            )
        if line.command not in self.commands:
            reject_choice("command", line.command, self.commands)
        return super().parse_args(ctx, [line.command, *line.options, *line.rest])


def option_names(command: click.Command) -> OptionNames:
    """The options of a command."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    return OptionNames(
        [option.opts[-1] for option in options if not option.is_flag],
        [option.opts[-1] for option in options if option.is_flag],
    )


def _merged(commands: Mapping[str, click.Command]) -> OptionNames:
    each = [option_names(command) for command in commands.values()]
    return OptionNames(
        {n for one in each for n in one.valued}, {n for one in each for n in one.flags}
    )


def _arguments(command: click.Command) -> list[click.Argument]:
    return [param for param in command.params if isinstance(param, click.Argument)]


def _max_words(command: click.Command) -> int | None:
    """The maximum number of words of a command; None for no limit."""
    arguments = _arguments(command)
    return None if any(param.nargs < 0 for param in arguments) else len(arguments)
