"""Makes the call: opens the stream, runs the conversation, and writes the metadata."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from typing import BinaryIO

from smrt.client.part_stream import PartStream
from smrt.invoke.invocation import Call, opened_stream
from smrt.invoke.metadata import report
from smrt.output import outfile, query
from smrt.output.body import plan_body
from smrt.output.console import App, Console
from smrt.output.generated_text import CountedSelection

from .conversation import Conversation
from .conversation_options import ConversationOptions
from .input_parts import splitter
from .input_source import InputSource
from .part_output import ConsoleOutput, FileOutput, PartOutput, formatter


def talk(app: App, call: Call, options: ConversationOptions) -> None:
    """Make `call`, or preview its request. Raises SmrtError."""
    plan = plan_body(call.outfile)
    metadata = report(
        app,
        call,
        options.invoke.shared,
        stdout_is_free=plan is not None or options.invoke.is_preview,
        body_plan=plan,
    )
    is_terminal = app.console.is_terminal if plan is None else plan.is_terminal
    select = None if options.text is None else _selection(options.text)
    write = formatter(options.output_format, select, is_terminal=is_terminal)
    if options.invoke.is_preview:
        from smrt.invoke.preview import show_preview

        show_preview(app, call, options.invoke, metadata)
        return
    body = call.parameters.pop("Body", None)
    opened = opened_stream(app, call)
    with (
        closing(InputSource(_file(body, app.console), splitter(options.input))) as source,
        _output(app.console, plan) as output,
    ):
        parts = PartStream(opened)
        Conversation(parts, source, output, write, options.input, note=app.console.note).run()
        if select is not None:
            select.check(parts.received_bytes)
    metadata.write(opened.metadata)


def _selection(expression: str) -> CountedSelection:
    return CountedSelection(query.compile(expression, flag="--text"), "--text")


def _file(body: bytes | BinaryIO | None, console: Console) -> BinaryIO:
    """The input: that of --body, or standard input."""
    if body is None:
        return console.stdin
    return BytesIO(body) if isinstance(body, bytes) else body


@contextmanager
def _output(console: Console, plan: outfile.Plan | None) -> Iterator[PartOutput]:
    if plan is None:
        try:
            yield ConsoleOutput(console)
        finally:
            console.end_line()
    else:
        with outfile.writing(plan, save_partial=True) as file:
            yield FileOutput(file)
