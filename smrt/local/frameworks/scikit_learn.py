"""scikit-learn's container, which has the older toolkit: float32 arrays in, arrays out.

https://github.com/aws/sagemaker-scikit-learn-container
"""

from io import StringIO
from typing import Any

from smrt.local import media

from .framework import Framework, output_of_one_type


def _array(body: Any, content_type: str | None, _: object) -> Any:
    """One line of CSV is one dimension, which scikit-learn's models reject."""
    if content_type == media.CSV:
        return _rows(body)
    array = media.decode(body, content_type)
    return array.astype("float32") if content_type in media.TEXT_TYPES else array


def _rows(text: str) -> Any:
    import csv

    import numpy as np

    return np.array(list(csv.reader(StringIO(text), strict=True))).squeeze().astype("float32")


def _predicted(data: Any, model: Any, _: object) -> Any:
    return model.predict(data)


SCIKIT_LEARN = Framework(
    {"input_fn": _array, "predict_fn": _predicted, "output_fn": output_of_one_type},
    content_type=media.JSON,
    reports_unsupported=True,
)
