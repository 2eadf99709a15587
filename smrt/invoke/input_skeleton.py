"""The template of --generate-cli-skeleton input and yaml-input."""

from smrt.output.console import App
from smrt.protocol import skeleton
from smrt.protocol.operations import Operation


def show_input_skeleton(app: App, operation: Operation, kind: str | None) -> None:
    """Print a template of the parameters; `kind` is input or yaml-input."""
    text = skeleton.input_yaml if kind == "yaml-input" else skeleton.input_json
    app.console.show([text(operation)])
