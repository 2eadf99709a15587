"""The default input_fn and output_fn: request bodies to arrays, and predictions to bodies.

As in https://github.com/aws/sagemaker-inference-toolkit, except that nothing is unpickled. Needs
numpy, and scipy for sparse matrices, which are imported on first use.
"""

import json
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from typing import Any

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
NPZ = "application/x-npz"
TEXT_TYPES = frozenset({JSON, CSV})
"""Content types whose bodies handlers get as text."""


class UnsupportedFormatError(Exception):
    """The default handlers do not support this content type."""

    def __init__(self, content_type: str | None) -> None:
        super().__init__(f"content type {content_type} is not supported")


def decode(body: str | bytes, content_type: str | None) -> Any:
    """`body` as a numpy array, or as a sparse matrix.

    Raises UnsupportedFormatError, and ValueError for a malformed body.
    """
    if content_type not in _DECODERS:
        raise UnsupportedFormatError(content_type)
    return _DECODERS[content_type](body)


def encode_prediction(prediction: Any, accept: str) -> tuple[str | bytes, str]:
    """`prediction` in the first supported type of the Accept header, and that type.

    As in the toolkit, a type with parameters (`text/csv;q=0.5`) is not supported. Raises
    UnsupportedFormatError.
    """
    for content_type in accept.replace(" ", "").split(","):
        if content_type in _ENCODERS:
            return encode(prediction, content_type), content_type
    raise UnsupportedFormatError(accept)


def encode(prediction: Any, content_type: str) -> str | bytes:
    """`prediction` as a body of this type. Raises UnsupportedFormatError."""
    if content_type not in _ENCODERS:
        raise UnsupportedFormatError(content_type)
    return _ENCODERS[content_type](prediction)


def _array_of_json(text: str) -> Any:
    import numpy as np

    return np.array(json.loads(text))


def _array_of_csv(text: str) -> Any:
    import numpy as np

    return np.genfromtxt(StringIO(text), dtype=None, delimiter=",", encoding="utf-8")


def _array_of_npy(body: bytes) -> Any:
    import numpy as np

    return np.load(BytesIO(body), allow_pickle=False)


def _sparse_matrix(body: bytes) -> Any:
    from scipy.sparse import load_npz

    return load_npz(BytesIO(body))


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
    np.save(buffer, prediction)
    return buffer.getvalue()


_DECODERS: Mapping[str | None, Callable[[Any], Any]] = {
    JSON: _array_of_json,
    CSV: _array_of_csv,
    NPY: _array_of_npy,
    NPZ: _sparse_matrix,
}
_ENCODERS: Mapping[str, Callable[[Any], str | bytes]] = {JSON: _json, CSV: _csv, NPY: _npy}
