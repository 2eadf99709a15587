"""Input documents: the parameters of a call as JSON or YAML text.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-skeleton.html
"""

import json
from typing import Any

from smrt.errors import UsageError
from smrt.output.console import App
from smrt.protocol import skeleton
from smrt.protocol.json_document import TooDeepError, parse_json
from smrt.protocol.operations import Operation

_SKELETON = "--generate-cli-skeleton prints a template"


def show_input_skeleton(app: App, operation: Operation, kind: str | None) -> None:
    """Print a template of the parameters; `kind` is input or yaml-input."""
    text = skeleton.input_yaml if kind == "yaml-input" else skeleton.input_json
    app.console.show([text(operation)])


def parse_document(source: str | bytes, language: str) -> dict[str, Any]:
    """The parameters in `source`, the value of --cli-input-json or --cli-input-yaml.

    `language` is json or yaml; bytes are UTF-8, UTF-16 or (JSON) UTF-32. Raises UsageError if
    `source` cannot be parsed, or is not a mapping with strings as keys.
    """
    value = _LANGUAGES[language](source)
    option = f"cli-input-{language}"
    if not isinstance(value, dict):
        raise UsageError(
            f"Error parsing parameter '--{option}': Invalid type: expecting map, "
            f"received {type(value)}",
            _SKELETON,
        )
    for name in value:
        if not isinstance(name, str):
            raise UsageError(
                f"Error parsing parameter '--{option}': Invalid type of the name {name!r}: "
                f"expecting string, received {type(name)}",
                "put the name in quotes",
            )
    return value


def _json(source: str | bytes) -> Any:
    try:
        return parse_json(source)
    except json.JSONDecodeError as exc:
        raise _invalid("json", f"line {exc.lineno}, column {exc.colno}: {_reason(exc)}") from exc
    except UnicodeDecodeError as exc:
        raise _invalid("json", f"byte {exc.start}: not {exc.encoding.upper()} text") from exc
    except TooDeepError as exc:
        raise _invalid("json", str(exc)) from exc
    except ValueError as exc:
        raise _invalid("json", "an integer has too many digits") from exc


def _reason(error: json.JSONDecodeError) -> str:
    if error.doc.startswith("\ufeff"):
        return "a byte order mark: use fileb:// for a file that starts with one"
    return error.msg[:1].lower() + error.msg[1:]


def _yaml(source: str | bytes) -> Any:
    import yaml

    from smrt.output.formats.yaml12 import load_yaml

    try:
        return load_yaml(source)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _invalid("yaml", where + ", ".join(filter(None, (exc.context, exc.problem)))) from exc
    except yaml.reader.ReaderError as exc:
        raise _invalid("yaml", f"position {exc.position}: {exc.reason}") from exc


def _invalid(language: str, reason: str) -> UsageError:
    message = (
        f"Error parsing parameter 'cli-input-{language}': Invalid {language.upper()} received."
    )
    return UsageError(message, reason)


_LANGUAGES = {"json": _json, "yaml": _yaml}
