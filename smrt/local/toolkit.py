"""Calls the handlers of an inference.py as the SageMaker inference toolkit does.

https://github.com/aws/sagemaker-inference-toolkit
"""

import inspect
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import ModuleType
from typing import Any, NamedTuple, cast

from smrt.errors import UsageError
from smrt.protocol.operations import INVOKE_ENDPOINT

from . import media
from .context import CUSTOM_ATTRIBUTES, Context
from .endpoint import Invocation, ModelFailure, Prediction
from .frameworks.framework import Framework, Handler

_ARGUMENTS = {
    "pre_model_fn": ("model_dir",),
    "model_fn": ("model_dir",),
    "model_warmup_fn": ("model_dir", "model"),
    "input_fn": ("body", "content_type"),
    "predict_fn": ("data", "model"),
    "output_fn": ("prediction", "accept"),
    "transform_fn": ("model", "body", "content_type", "accept"),
    "stream_fn": ("model", "messages"),
}
_TOOLKIT_ERROR = ("status_code", "message", "phrase")
_STEPS = ("input_fn", "predict_fn", "output_fn")
_UNSUPPORTED = "UnsupportedFormatError"
_NEWER_TOOLKIT = ("sagemaker_inference.errors", media.__name__)
"""Where it is defined in the toolkit that returns 500 for it, and for the default handlers."""
_END = object()
_FIELDS = {
    field.name: field.wire
    for field in INVOKE_ENDPOINT.fields
    if field.name in ("NewSessionId", "ClosedSessionId")
}
"""The headers of a response with which handlers open and close stateful sessions."""


class Handlers(NamedTuple):
    """The handlers that one module defines: those that load the model, and its steps.

    `stream_fn` is that for bidirectional streams, if there is one; then there may be no steps.
    """

    loading: Mapping[str, Handler]
    steps: Mapping[str, Handler]
    stream_fn: Handler | None = None

    def load(self, model_dir: str, context: Context) -> Any:
        """The model: the result of model_fn, between pre_model_fn and model_warmup_fn."""
        if "pre_model_fn" in self.loading:
            self.loading["pre_model_fn"](model_dir, context)
        model = self.loading["model_fn"](model_dir, context)
        if "model_warmup_fn" in self.loading:
            self.loading["model_warmup_fn"](model_dir, model, context)
        return model


def handlers(module: ModuleType, default_model_fn: Handler | None = None) -> Handlers:
    """The handlers of `module`. Raises UsageError if they cannot serve."""
    defined = {
        name: _with_context(name, function)
        for name in _ARGUMENTS
        if (function := getattr(module, name, None)) is not None
    }
    stream_fn = defined.pop("stream_fn", None)
    steps = {name: defined.pop(name) for name in (*_STEPS, "transform_fn") if name in defined}
    if "model_fn" not in defined:
        if default_model_fn is None:
            raise UsageError(
                "there is no model_fn(model_dir)",
                "define it: it loads the model from the folder model_dir, and returns it",
            )
        defined["model_fn"] = default_model_fn
    if "transform_fn" in steps and len(steps) > 1:
        others = ", ".join(name for name in _STEPS if name in steps)
        raise UsageError(f"transform_fn replaces {others}: define one or the other")
    return Handlers(defined, steps, stream_fn)


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
    framework: Framework, *, model: Any, call: Invocation, context: Context, accept: str
) -> Prediction:
    """Pass `call` through the steps; `accept` is the default for clients without Accept.

    Raises ModelFailure.
    """
    if not framework.steps:
        message = "inference.py defines only stream_fn, for streams"
        raise ModelFailure(HTTPStatus.NOT_IMPLEMENTED, message)
    steps = _Steps(framework)
    content_type = call.parameters.get("ContentType", framework.content_type)
    requested = call.parameters.get("Accept", "*/*")
    accept = accept if requested == "*/*" else requested
    body = steps.run("input_fn", _text, call.body, content_type)
    if "transform_fn" in framework.steps:
        result = steps.call("transform_fn", model, body, content_type, accept, context)
    else:
        data = steps.call("input_fn", body, content_type, context)
        output = steps.call("predict_fn", data, model, context)
        result = steps.call("output_fn", output, accept, context)
    prediction: Prediction = steps.run("output_fn", _prediction, steps, result, accept, context)
    return prediction


class _Steps(NamedTuple):
    """Runs the steps of a container. What they raise becomes a ModelFailure."""

    framework: Framework

    def call(self, name: str, *arguments: Any) -> Any:
        return self.run(name, self.framework.steps[name], *arguments)

    def run(self, name: str, function: Handler, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except BaseException as exc:  # noqa: BLE001 - handlers are anybody's code
            failure = self._failure(name, exc)
            needs_no_trace = failure.status < HTTPStatus.INTERNAL_SERVER_ERROR
            raise failure from (None if needs_no_trace else exc)

    def _failure(self, step: str, exc: Any) -> ModelFailure:
        """The container's error response when `step` raises `exc`.

        The toolkit is not imported here, so its exceptions are recognized by shape:
        BaseInferenceToolkitError by its three attributes, UnsupportedFormatError by its name.
        """
        if isinstance(exc, ModelFailure):
            return exc
        status_code, message, phrase = (getattr(exc, name, None) for name in _TOOLKIT_ERROR)
        if isinstance(status_code, int) and message is not None and phrase is not None:
            return ModelFailure(status_code, str(message))
        if self._is_client_error(exc):
            is_output = step == "output_fn"
            status = HTTPStatus.NOT_ACCEPTABLE if is_output else HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            return ModelFailure(status, str(exc))
        return ModelFailure(HTTPStatus.INTERNAL_SERVER_ERROR, str(exc) or type(exc).__name__)

    def _is_client_error(self, exc: BaseException) -> bool:
        """Whether `exc` reports an unsupported type: by the older toolkit, or the script itself."""
        for each in type(exc).__mro__:
            if each.__name__ == _UNSUPPORTED:
                return self.framework.reports_unsupported or each.__module__ not in _NEWER_TOOLKIT
        return False


def _text(body: bytes, content_type: str | None) -> bytes | str:
    return body.decode() if content_type in media.TEXT_TYPES else body


def _prediction(steps: _Steps, result: Any, accept: str, context: Context) -> Prediction:
    """The result of output_fn or transform_fn: a body, or a body and its content type."""
    content, content_type = result[:2] if isinstance(result, tuple) else (result, accept)
    is_stream = isinstance(content, Iterator)
    body = _started(_chunks(steps, content)) if is_stream else _bytes(content)
    if context.status >= HTTPStatus.BAD_REQUEST:
        message = body if isinstance(body, bytes) else b"".join(body)
        raise ModelFailure(context.status, message.decode(errors="replace"))
    fields = {
        name: value for name, wire in _FIELDS.items() if (value := context.response_header(wire))
    }
    attributes = context.response_header(CUSTOM_ATTRIBUTES)
    return Prediction(body, str(content_type), attributes, fields)


def _chunks(steps: _Steps, content: Iterator[Any]) -> Iterator[bytes]:
    """What the handlers yield, as bytes; what they raise, as ModelFailure."""
    try:
        while (value := steps.run("output_fn", next, content, _END)) is not _END:
            chunk: bytes = steps.run("output_fn", _bytes, value)
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
