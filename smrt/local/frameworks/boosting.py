"""XGBoost's container, for models that are a Booster: a DMatrix in, an array out.

https://github.com/aws/sagemaker-xgboost-container
"""

import csv
from collections.abc import Mapping
from typing import Any

from smrt.local import media

from . import recordio
from .framework import Framework, output_of_one_type

_LIBSVM = ("text/libsvm", "text/x-libsvm")
_RECORDIO = "application/x-recordio-protobuf"


def _matrix(body: Any, content_type: str | None, _: object) -> Any:
    """Raises UnsupportedFormatError."""
    from xgboost import DMatrix

    media_type = (content_type or "").partition(";")[0].strip()
    if media_type == media.CSV:
        return DMatrix(_csv_rows(_decoded(body)))
    if media_type in _LIBSVM:
        return DMatrix(_sparse_rows(_decoded(body)))
    if media_type == _RECORDIO:
        return DMatrix(recordio.matrix(body))
    raise media.UnsupportedFormatError(content_type)


def _decoded(body: bytes | str) -> str:
    return body.decode() if isinstance(body, bytes) else body


def _csv_rows(text: str) -> Any:
    """Missing cells are nan. The first line decides which character separates the cells."""
    import numpy as np

    lines = text.split("\n")
    sniffed = csv.Sniffer().sniff(lines[0][:512]).delimiter
    delimiter = "," if sniffed.isalnum() else sniffed
    return np.array([[float(cell or "nan") for cell in line.split(delimiter)] for line in lines])


def _sparse_rows(text: str) -> Any:
    """Rows of `index:value`, whose indices count from 1 if none is 0; other cells are 0."""
    import numpy as np

    rows = [_sparse_row(line) for line in text.strip().split("\n")]
    indices = [index for row in rows for index in row]
    if not indices:
        return np.empty((0, 0))
    first = 1 if min(indices) >= 1 else 0
    array = np.zeros((len(rows), max(indices) - first + 1))
    for number, row in enumerate(rows):
        for index, value in row.items():
            array[number, index - first] = value
    return array


def _sparse_row(line: str) -> Mapping[int, float]:
    pairs = (cell.split(":", 1) for cell in line.split() if ":" in cell)
    return {int(index): float(value) for index, value in pairs}


def _predicted(data: Any, model: Any, _: object) -> Any:
    return model.predict(data, validate_features=False)


XGBOOST = Framework(
    {"input_fn": _matrix, "predict_fn": _predicted, "output_fn": output_of_one_type},
    content_type=media.JSON,
    reports_unsupported=True,
)
