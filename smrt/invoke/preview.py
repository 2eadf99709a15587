"""What is shown of a call instead of making it: skeletons, and the request of --dry-run."""

from smrt.output.console import App
from smrt.protocol import skeleton
from smrt.protocol.operations import Operation

from .dry_run import request_text
from .invocation import Call, open_caller
from .metadata import Report
from .options import InvokeOptions


def show_input_skeleton(app: App, operation: Operation, kind: str | None) -> None:
    """Print a template of the input, to be filled in."""
    text = skeleton.input_yaml if kind == "yaml-input" else skeleton.input_json
    app.console.show([text(operation)])


def show_preview(app: App, call: Call, options: InvokeOptions, report: Report) -> None:
    """Print a sample of the output, or the request. Raises UsageError for a wrong parameter."""
    caller = open_caller(app, call)
    if options.skeleton is not None:
        caller.request(call.operation, call.parameters)
        report.tell(skeleton.output_json(call.operation))
    else:
        app.console.show(request_text(caller, call.operation, call.parameters))
