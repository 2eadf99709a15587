"""Calls the handlers of an inference.py as the SageMaker inference toolkit does.

https://github.com/aws/sagemaker-inference-toolkit
"""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from types import ModuleType
from typing import Any, NamedTuple, cast

from smrt.errors import UsageError

from . import media
from .context import CUSTOM_ATTRIBUTES, Context
from .endpoint import Invocation, ModelFailure, Prediction

Handler = Callable[..., Any]
"""A handler that takes the context last, whether its author wrote it so or not."""

_ARGUMENTS = {
    "model_fn": ("model_dir",),
    "input_fn": ("body", "content_type"),
    "predict_fn": ("data", "model"),
    "output_fn": ("prediction", "accept"),
    "transform_fn": ("model", "body", "content_type", "accept"),
}
_TOOLKIT_ERROR = ("status_code", "message", "phrase")
_STEPS = ("input_fn", "predict_fn", "output_fn")
_DEFAULTS: Mapping[str, Handler] = {
    "input_fn": lambda body, content_type, _: media.decode(body, content_type),
    "output_fn": lambda prediction, accept, _: _encoded(prediction, accept),
}
_END = object()


class Handlers(NamedTuple):
    """The handlers of one module: model_fn, and either transform_fn or the three steps."""

    model_fn: Handler
    steps: Mapping[str, Handler]

    @property
    def need_numpy(self) -> bool:
        """Whether a default stands in for one of the steps."""
        return any(step in _DEFAULTS.values() for step in self.steps.values())


def handlers(module: ModuleType) -> Handlers:
    """What `module` defines, and the defaults. Raises UsageError where that cannot serve."""
    given = {
        name: _with_context(name, getattr(module, name))
        for name in _ARGUMENTS
        if hasattr(module, name)
    }
    model_fn = given.pop("model_fn", None)
    if model_fn is None:
        raise UsageError("there is no model_fn(model_dir)")
    if "transform_fn" in given:
        if len(given) > 1:
            others = ", ".join(name for name in _STEPS if name in given)
            raise UsageError(f"transform_fn does the work of {others}: define one or the other")
        return Handlers(model_fn, given)
    if "predict_fn" not in given:
        raise UsageError("there is neither predict_fn(data, model) nor transform_fn")
    return Handlers(model_fn, {**_DEFAULTS, **given})


def _with_context(name: str, function: Any) -> Handler:
    """`function` as a handler: one argument more than it must take is the context."""
    arguments = _ARGUMENTS[name]
    if not callable(function):
        raise UsageError(f"{name} is not a function")
    try:
        count = len(inspect.signature(function).parameters)
    except ValueError:  # what is written in C may have no signature
        count = len(arguments)
    if count == len(arguments) + 1:
        return cast("Handler", function)
    if count == len(arguments):
        return lambda *given: function(*given[:-1])
    takes = ", ".join(arguments)
    raise UsageError(f"{name} takes ({takes}) and, if it likes, context: not {count} arguments")


def transform(
    steps: Mapping[str, Handler], *, model: Any, call: Invocation, context: Context, accept: str
) -> Prediction:
    """Take `call` through the handlers; `accept` is what a client gets that does not say.

    Raises ModelFailure.
    """
    content_type = call.parameters.get("ContentType", media.JSON)
    wanted = call.parameters.get("Accept", "*/*")
    wanted = accept if wanted == "*/*" else wanted
    body = _step("input_fn", _text, call.body, content_type)
    if "transform_fn" in steps:
        arguments = (model, body, content_type, wanted, context)
        result = _step("transform_fn", steps["transform_fn"], *arguments)
    else:
        data = _step("input_fn", steps["input_fn"], body, content_type, context)
        prediction = _step("predict_fn", steps["predict_fn"], data, model, context)
        result = _step("output_fn", steps["output_fn"], prediction, wanted, context)
    answer: Prediction = _step("output_fn", _answer, result, wanted, context)
    return answer


def _step(name: str, function: Handler, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except (Exception, SystemExit) as exc:  # noqa: BLE001 - handlers are anybody's code
        failure = _failure(name, exc)
        told = failure.status < HTTPStatus.INTERNAL_SERVER_ERROR  # the message says it all
        raise failure from (None if told else exc)


def _failure(step: str, exc: Any) -> ModelFailure:
    """What the container answers when `step` raises `exc`.

    The toolkit's own exceptions are known by what they look like, as it is not imported here: its
    BaseInferenceToolkitError by the three attributes, UnsupportedFormatError by its name.
    """
    if isinstance(exc, ModelFailure):
        return exc
    status_code, message, phrase = (getattr(exc, name, None) for name in _TOOLKIT_ERROR)
    if isinstance(status_code, int) and message is not None and phrase is not None:
        return ModelFailure(status_code, str(message))
    if any(base.__name__ == "UnsupportedFormatError" for base in type(exc).__mro__):
        output = step == "output_fn"
        status = HTTPStatus.NOT_ACCEPTABLE if output else HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        return ModelFailure(status, str(exc))
    return ModelFailure(HTTPStatus.INTERNAL_SERVER_ERROR, str(exc) or type(exc).__name__)


def _text(body: bytes, content_type: str) -> bytes | str:
    return body.decode() if content_type in media.TEXTS else body


def _answer(result: Any, accept: str, context: Context) -> Prediction:
    """What output_fn or transform_fn gave: a body, or a body and its content type."""
    content, content_type = result if isinstance(result, tuple) else (result, accept)
    body = _begun(_parts(content)) if isinstance(content, Iterator) else _bytes(content)
    if context.status >= HTTPStatus.BAD_REQUEST:
        told = body if isinstance(body, bytes) else b"".join(body)
        raise ModelFailure(context.status, told.decode(errors="replace"))
    return Prediction(body, str(content_type), context.response_header(CUSTOM_ATTRIBUTES))


def _encoded(prediction: Any, accept: str) -> Any:
    """What the default output_fn makes of a prediction: one that is still being made stays so."""
    return (
        prediction
        if isinstance(prediction, Iterator)
        else media.encode_prediction(prediction, accept)
    )


def _parts(content: Iterator[Any]) -> Iterator[bytes]:
    """What the handlers yield, as it is asked for; what they raise is a ModelFailure."""
    try:
        while (piece := _step("output_fn", next, content, _END)) is not _END:
            part: bytes = _step("output_fn", _bytes, piece)
            yield part
    finally:
        getattr(content, "close", _nothing)()


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """`parts`, the first of them made: until then an answer can still be refused."""
    first = next(parts, b"")

    def resumed() -> Iterator[bytes]:
        yield first
        yield from parts

    return resumed()


def _nothing() -> None:
    """An iterator that is no generator has nothing to close."""


def _bytes(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    return json.dumps(content).encode()
