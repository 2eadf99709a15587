"""Output of a command that sends nothing: the output skeleton, or the request of --dry-run."""

from smrt.output.console import App
from smrt.protocol import skeleton

from .dry_run import request_text
from .invocation import Call, open_caller
from .metadata import Report
from .options import InvokeOptions


def show_preview(app: App, call: Call, options: InvokeOptions, report: Report) -> None:
    """Print a sample of the output, or the request. Raises UsageError for an invalid parameter."""
    caller = open_caller(app, call)
    if options.skeleton is not None:
        caller.request(call.operation, call.parameters)
        report.write(skeleton.output_json(call.operation))
    else:
        app.console.show(request_text(caller, call.operation, call.parameters))
