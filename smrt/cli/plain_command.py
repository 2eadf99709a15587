"""Commands that call no endpoint: made by click's decorators, parsed by the rules of the others."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from smrt.errors import UsageError
from smrt.invoke.option_table import DEBUG, ERROR_FORMAT, HELP_FLAGS

from .arguments import Names, arrange, refuse_choice, refuse_unknown, split
from .help_option import answer_help, show_help
from .operation_command import Choice, called


class Command(click.Command):
    """A command that click's decorators make; its epilog holds the examples.

    How its failures are told can be chosen as everywhere: `failures` finds that without click.
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
        """Parse `args` after arranging them, or show the help that they ask for."""
        answer_help(ctx, args)
        names = option_names(self)
        found = arrange(args, names)
        most = _most_words(self)
        extra = [] if most is None else found.words[most:]
        refuse_unknown([*found.unknown, *extra], [*names.valued, *names.flags])
        self._require(found.words)
        return super().parse_args(ctx, [*found.options, "--", *found.words])

    def _require(self, words: Sequence[str]) -> None:
        needed = [param for param in _arguments(self) if param.required][len(words) :]
        if needed:
            labels = ", ".join(called(param) for param in needed)
            choices = getattr(needed[0].type, "choices", ())
            hints = (f"choose from {', '.join(choices)}",) if choices else ()
            raise UsageError(f"the following arguments are required: {labels}", *hints)


class Group(click.Group):
    """A group of such commands; options may stand before the command."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move the options before the command behind it, or show the help that is asked for."""
        answer_help(ctx, args[:1])
        known = _merged(self.commands)
        found = split(args, known, "")
        if found.command is None and any(flag in found.options for flag in HELP_FLAGS):
            show_help(ctx)
        refuse_unknown(arrange(found.options, known).unknown, [*known.valued, *known.flags])
        if found.command is None:
            raise UsageError(
                "the following arguments are required: command",
                f"choose from {', '.join(self.commands)}",
                f"see {ctx.command_path} --help",
            )
        if found.command not in self.commands:
            refuse_choice("command", found.command, self.commands)
        return super().parse_args(ctx, [found.command, *found.options, *found.rest])


def option_names(command: click.Command) -> Names:
    """The options that a command takes."""
    found = [param for param in command.params if isinstance(param, click.Option)]
    return Names(
        [option.opts[-1] for option in found if not option.is_flag],
        [option.opts[-1] for option in found if option.is_flag],
    )


def _merged(commands: Mapping[str, click.Command]) -> Names:
    each = [option_names(command) for command in commands.values()]
    return Names({n for one in each for n in one.valued}, {n for one in each for n in one.flags})


def _arguments(command: click.Command) -> list[click.Argument]:
    return [param for param in command.params if isinstance(param, click.Argument)]


def _most_words(command: click.Command) -> int | None:
    """How many words a command takes, None: any number."""
    found = _arguments(command)
    return None if any(param.nargs < 0 for param in found) else len(found)
