"""Commands that end with `-- COMMAND`."""

import click

from smrt.cli.plain_command import Command


class WithCommand(Command):
    """A command that ends with `-- COMMAND`, which it does not parse."""

    usage = "-- COMMAND..."

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what precedes `--`."""
        end = args.index("--") if "--" in args else len(args)
        ctx.params["child_argv"] = tuple(args[end + 1 :])
        return super().parse_args(ctx, args[:end])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The usage line, with the command at its end."""
        return [*super().collect_usage_pieces(ctx), self.usage]
