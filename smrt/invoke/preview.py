"""Output of a command that sends nothing: a skeleton, or the request of --dry-run."""

from smrt.output.console import App, has_style
from smrt.protocol import skeleton

from .invocation import Call, open_caller
from .metadata import Report
from .option_table import CURL
from .options import InvokeOptions

EXPORT = (
    "the command reads the credentials from the environment; to set them: "
    'eval "$(aws configure export-credentials --format env)"'
)


def show_preview(app: App, call: Call, options: InvokeOptions, report: Report) -> None:
    """Print a sample of the output, or the request. Raises UsageError for an invalid parameter."""
    caller = open_caller(app, call)
    if options.skeleton is not None:
        caller.request(call.operation, call.parameters)
        report.write(skeleton.output_json(call.operation))
    elif options.dry_run == CURL:
        from .curl_command import curl_command

        app.console.show([curl_command(caller, call.operation, call.parameters)])
        if call.settings.sign and "AWS_ACCESS_KEY_ID" not in app.environ:
            app.console.note(EXPORT)
    else:
        from .dry_run import request_text

        bold = has_style(app.environ, terminal=app.console.is_terminal)
        app.console.show(request_text(caller, call.operation, call.parameters, bold=bold))
