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
"""A handler whose last argument is the context, added if the author's function has none."""

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
        """Whether one of the steps is a default."""
        return any(step in _DEFAULTS.values() for step in self.steps.values())


def handlers(module: ModuleType) -> Handlers:
    """The handlers of `module`, and the defaults. Raises UsageError if they cannot serve."""
    defined = {
        name: _with_context(name, getattr(module, name))
        for name in _ARGUMENTS
        if hasattr(module, name)
    }
    model_fn = defined.pop("model_fn", None)
    if model_fn is None:
        raise UsageError("there is no model_fn(model_dir)")
    if "transform_fn" in defined:
        if len(defined) > 1:
            others = ", ".join(name for name in _STEPS if name in defined)
            raise UsageError(f"transform_fn replaces {others}: define one or the other")
        return Handlers(model_fn, defined)
    if "predict_fn" not in defined:
        raise UsageError("there is neither predict_fn(data, model) nor transform_fn")
    return Handlers(model_fn, {**_DEFAULTS, **defined})


def _with_context(name: str, function: Any) -> Handler:
    """`function` as a handler: one argument more than required is the context."""
    required = _ARGUMENTS[name]
    if not callable(function):
        raise UsageError(f"{name} is not a function")
    try:
        count = len(inspect.signature(function).parameters)
    except ValueError:  # a function written in C may have no signature
        count = len(required)
    if count == len(required) + 1:
        return cast("Handler", function)
    if count == len(required):
        return lambda *arguments: function(*arguments[:-1])
    names = ", ".join(required)
    raise UsageError(f"{name} takes ({names}) and optionally context, not {count} arguments")


def transform(
    steps: Mapping[str, Handler], *, model: Any, call: Invocation, context: Context, accept: str
) -> Prediction:
    """Pass `call` through the handlers; `accept` is the default for clients without Accept.

    Raises ModelFailure.
    """
    content_type = call.parameters.get("ContentType", media.JSON)
    requested = call.parameters.get("Accept", "*/*")
    accept = accept if requested == "*/*" else requested
    body = _step("input_fn", _text, call.body, content_type)
    if "transform_fn" in steps:
        arguments = (model, body, content_type, accept, context)
        result = _step("transform_fn", steps["transform_fn"], *arguments)
    else:
        data = _step("input_fn", steps["input_fn"], body, content_type, context)
        output = _step("predict_fn", steps["predict_fn"], data, model, context)
        result = _step("output_fn", steps["output_fn"], output, accept, context)
    prediction: Prediction = _step("output_fn", _prediction, result, accept, context)
    return prediction


def _step(name: str, function: Handler, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except BaseException as exc:  # noqa: BLE001 - handlers are anybody's code
        failure = _failure(name, exc)
        needs_no_trace = failure.status < HTTPStatus.INTERNAL_SERVER_ERROR
        raise failure from (None if needs_no_trace else exc)


def _failure(step: str, exc: Any) -> ModelFailure:
    """The container's error response when `step` raises `exc`.

    The toolkit is not imported here, so its exceptions are recognized by shape:
    BaseInferenceToolkitError by its three attributes, UnsupportedFormatError by its name.
    """
    if isinstance(exc, ModelFailure):
        return exc
    status_code, message, phrase = (getattr(exc, name, None) for name in _TOOLKIT_ERROR)
    if isinstance(status_code, int) and message is not None and phrase is not None:
        return ModelFailure(status_code, str(message))
    if any(base.__name__ == "UnsupportedFormatError" for base in type(exc).__mro__):
        is_output = step == "output_fn"
        status = HTTPStatus.NOT_ACCEPTABLE if is_output else HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        return ModelFailure(status, str(exc))
    return ModelFailure(HTTPStatus.INTERNAL_SERVER_ERROR, str(exc) or type(exc).__name__)


def _text(body: bytes, content_type: str) -> bytes | str:
    return body.decode() if content_type in media.TEXT_TYPES else body


def _prediction(result: Any, accept: str, context: Context) -> Prediction:
    """The result of output_fn or transform_fn: a body, or a body and its content type."""
    content, content_type = result if isinstance(result, tuple) else (result, accept)
    body = _started(_chunks(content)) if isinstance(content, Iterator) else _bytes(content)
    if context.status >= HTTPStatus.BAD_REQUEST:
        message = body if isinstance(body, bytes) else b"".join(body)
        raise ModelFailure(context.status, message.decode(errors="replace"))
    return Prediction(body, str(content_type), context.response_header(CUSTOM_ATTRIBUTES))


def _encoded(prediction: Any, accept: str) -> Any:
    """The default output_fn's result; an iterator stays one."""
    return (
        prediction
        if isinstance(prediction, Iterator)
        else media.encode_prediction(prediction, accept)
    )


def _chunks(content: Iterator[Any]) -> Iterator[bytes]:
    """What the handlers yield, as bytes; what they raise, as ModelFailure."""
    try:
        while (value := _step("output_fn", next, content, _END)) is not _END:
            chunk: bytes = _step("output_fn", _bytes, value)
            yield chunk
    finally:
        getattr(content, "close", _nothing)()


def _started(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """`chunks` with the first one generated: until then, the response can still be an error."""
    first = next(chunks, b"")

    def resumed() -> Iterator[bytes]:
        yield first
        yield from chunks

    return resumed()


def _nothing() -> None:
    """An iterator that is no generator has nothing to close."""


def _bytes(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    return json.dumps(content).encode()
