"""`smrt invoke-endpoint-with-bidirectional-stream`: talks to a model in both directions at once."""

import click

from smrt.cli.conversation_rows import BIDIRECTIONAL, SHARED_ROWS
from smrt.cli.operation_command import OperationCommand
from smrt.cli.typed_options import invoke_options
from smrt.invoke.conversation.conversation_options import (
    KEEP_ALIVE_EVERY,
    LINES,
    LINGER,
    MESSAGES,
    ConversationOptions,
    InputOptions,
    check_combination,
    chunk_size,
    number,
)
from smrt.invoke.invocation import Call, run_operation
from smrt.invoke.option_table import DATA
from smrt.invoke.options import InvokeOptions
from smrt.output.console import App
from smrt.protocol.bidirectional.bidirectional_operation import (
    INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM as OPERATION,
)
from smrt.protocol.messages import INVOKE_READ_TIMEOUT

_BODY_IS_STDIN, _DATA_IS_STDIN = ("Body", "-"), (DATA.flag, "@-")


def gather(ctx: click.Context) -> ConversationOptions:
    """The options of the command. Raises UsageError."""
    values = ctx.params
    pace = number(values["pace"], "--pace", 0.0, allow_zero=values["pace"] is None)
    every = number(values["keep_alive_every"], "--keep-alive-every", KEEP_ALIVE_EVERY)
    invoke = invoke_options(ctx, OPERATION, INVOKE_READ_TIMEOUT)
    return check_combination(
        ConversationOptions(
            invoke=_without_standard_input(invoke),
            input=InputOptions(
                format=values["input_format"] or LINES,
                chunk=chunk_size(values["chunk"]),
                pace=pace or None,
                first=values["first"],
                at_end=values["at_end"],
                keep_alive=values["keep_alive"],
                keep_alive_every=every,
                linger=number(values["linger"], "--linger", LINGER, allow_zero=True),
            ),
            output_format=values["stream"] or MESSAGES,
            text=values["text"],
        )
    )


def _without_standard_input(options: InvokeOptions) -> InvokeOptions:
    """Standard input is the default, and is read while the stream is open: not before."""
    kept = {
        name: value for name, value in options.parameters.items() if (name, value) != _BODY_IS_STDIN
    }
    plain_body = None if options.plain_body == _DATA_IS_STDIN else options.plain_body
    return options._replace(parameters=kept, plain_body=plain_body)


def run(app: App, options: ConversationOptions) -> None:
    """Make the call that the options describe."""

    def act(call: Call) -> None:
        from smrt.invoke.conversation.talk import talk

        talk(app, call, options)

    run_operation(app, OPERATION, options.invoke, act)


_EXAMPLES = (
    (
        "Talk to a model line by line, until Ctrl-D",
        (
            "smrt invoke-endpoint-with-bidirectional-stream \\\n"
            "  --endpoint-name my-endpoint --linger 1"
        ),
    ),
    (
        "Send a file at the speed of live audio",
        (
            "smrt invoke-endpoint-with-bidirectional-stream \\\n"
            "  --endpoint-name my-endpoint --input-format binary --pace 32000 \\\n"
            "  --data @input.csv --linger 1 output.txt"
        ),
    ),
    (
        "Try it without an AWS account",
        (
            "echo hello | smrt local run -- \\\n"
            "  smrt invoke-endpoint-with-bidirectional-stream \\\n"
            "  --endpoint-name echo --linger 1"
        ),
    ),
)
command = OperationCommand(
    OPERATION,
    BIDIRECTIONAL,
    gather,
    run,
    shared=SHARED_ROWS,
    read_timeout=INVOKE_READ_TIMEOUT,
    examples=_EXAMPLES,
)
