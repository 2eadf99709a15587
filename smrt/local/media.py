"""The default input_fn and output_fn: request bodies to arrays, and predictions to bodies.

As in https://github.com/aws/sagemaker-inference-toolkit, except that nothing is unpickled and
scipy's sparse matrices are not supported. Needs numpy, which is imported on first use.
"""

import json
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from typing import Any

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
TEXT_TYPES = frozenset({JSON, CSV})
"""Content types whose bodies handlers get as text."""


class UnsupportedFormatError(Exception):
    """The default handlers do not support this content type."""

    def __init__(self, content_type: str) -> None:
        super().__init__(f"content type {content_type} is not supported")


def decode(body: str | bytes, content_type: str) -> Any:
    """`body` as a numpy array.

    Raises UnsupportedFormatError, and ValueError for a malformed body.
    """
    if content_type not in _DECODERS:
        raise UnsupportedFormatError(content_type)
    return _DECODERS[content_type](body)


def encode_prediction(prediction: Any, accept: str) -> tuple[str | bytes, str]:
    """`prediction` in the first supported type of the Accept header, and that type.

    Raises UnsupportedFormatError.
    """
    for item in accept.split(","):
        content_type = item.partition(";")[0].strip()
        if content_type in _ENCODERS:
            return _ENCODERS[content_type](prediction), content_type
    raise UnsupportedFormatError(accept)


def _array_of_json(text: str) -> Any:
    import numpy as np

    return np.array(json.loads(text))


def _array_of_csv(text: str) -> Any:
    import numpy as np

    return np.genfromtxt(StringIO(text), dtype=None, delimiter=",", encoding=None)


def _array_of_npy(body: bytes) -> Any:
    from numpy.lib.format import read_array

    return read_array(BytesIO(body), allow_pickle=False)


def _json(prediction: Any) -> str:
    return json.dumps(prediction, default=_to_list)


def _to_list(value: Any) -> Any:
    """Arrays and numpy's numbers as Python's own."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


def _csv(prediction: Any) -> str:
    import numpy as np

    stream = StringIO()
    np.savetxt(stream, prediction, delimiter=",", fmt="%s")
    return stream.getvalue()


def _npy(prediction: Any) -> bytes:
    import numpy as np

    buffer = BytesIO()
    np.save(buffer, prediction, allow_pickle=False)
    return buffer.getvalue()


_DECODERS: Mapping[str, Callable[[Any], Any]] = {
    JSON: _array_of_json,
    CSV: _array_of_csv,
    NPY: _array_of_npy,
}
_ENCODERS: Mapping[str, Callable[[Any], str | bytes]] = {JSON: _json, CSV: _csv, NPY: _npy}
