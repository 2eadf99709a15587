"""Classify Iris flowers with a logistic regression, using only the standard library.

A flower is its sepal length, sepal width, petal length and petal width, in centimeters.

Input text/csv: one flower per line, `5.1,3.5,1.4,0.2`; a header line with the names is skipped.
Input application/json: one flower, a list of flowers, or {"instances": flowers}, where a flower is
`[5.1, 3.5, 1.4, 0.2]` or an object with the four names of model.json.

Output application/json: {"predictions": [{"species": "setosa", "probabilities": {"setosa": ...}}]}.
Output text/csv: one line per flower, the species and then the probability of each, in the order of
model.json: `setosa,0.98,0.02,0.00`.

train.py writes model.json.
"""

import csv
import json
from functools import reduce
from math import exp, isfinite
from numbers import Real
from operator import add
from pathlib import Path

FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")


class UnsupportedFormatError(ValueError):
    """An unsupported content type; the inference toolkit recognizes this name."""


def model_fn(model_dir):
    """Load model.json."""
    return json.loads((Path(model_dir) / "model.json").read_text())


def input_fn(body, content_type):
    """Parse the flowers into lists of four numbers."""
    if content_type == "text/csv":
        rows = [row for row in csv.reader(body.splitlines()) if row]
        if rows and tuple(cell.strip() for cell in rows[0]) == FEATURES:
            del rows[0]
        return flowers([[number(cell) for cell in row] for row in rows])
    if content_type == "application/json":
        value = json.loads(body)
        if isinstance(value, dict) and "instances" in value:
            value = value["instances"]
        return flowers(value if is_list_of_flowers(value) else [value])
    raise UnsupportedFormatError(f"send text/csv or application/json, not {content_type}")


def predict_fn(data, model):
    """The probability of each species, per flower."""
    return [
        dict(zip(model["classes"], probabilities(flower, model), strict=True)) for flower in data
    ]


def output_fn(prediction, accept):
    """Encode the predictions in the first supported type of `accept`."""
    for content_type in (item.partition(";")[0].strip() for item in accept.split(",")):
        if content_type in ("application/json", "*/*"):
            predictions = [{"species": best(each), "probabilities": each} for each in prediction]
            return json.dumps({"predictions": predictions}), "application/json"
        if content_type == "text/csv":
            lines = (",".join(map(str, (best(each), *each.values()))) for each in prediction)
            return "".join(f"{line}\n" for line in lines), "text/csv"
    raise UnsupportedFormatError(f"accept application/json or text/csv, not {accept}")


def probabilities(flower, model):
    """Softmax of the linear scores; shifted by the highest, so that exp() cannot overflow."""
    scores = [
        intercept + total(weight * value for weight, value in zip(weights, flower, strict=True))
        for weights, intercept in zip(model["coefficients"], model["intercepts"], strict=True)
    ]
    powers = [exp(score - max(scores)) for score in scores]
    return [power / total(powers) for power in powers]


def total(numbers):
    """The sum from left to right: sum() of Python 3.12 and later has other last digits."""
    return reduce(add, numbers)


def best(probabilities):
    """The most probable species."""
    return max(probabilities, key=probabilities.get)


def is_list_of_flowers(value):
    """Whether `value` is a list of flowers; one flower is a list of numbers, or an object."""
    return isinstance(value, list) and all(isinstance(each, (list, dict)) for each in value)


def flowers(rows):
    """Validate the rows: four finite numbers each. Error messages count flowers from 1."""
    if not rows:
        raise ValueError("there are no flowers in the request")
    return [flower(row, f"flower {count}") for count, row in enumerate(rows, 1)]


def flower(row, which):
    """Validate one row and return its four numbers."""
    if isinstance(row, dict):
        if sorted(row) != sorted(FEATURES):
            raise ValueError(f"{which} needs exactly these: {', '.join(FEATURES)}")
        row = [row[name] for name in FEATURES]
    if not isinstance(row, list) or len(row) != len(FEATURES):
        raise ValueError(f"{which} needs four numbers: {', '.join(FEATURES)}")
    for name, value in zip(FEATURES, row, strict=True):
        if not isinstance(value, Real) or isinstance(value, bool) or not isfinite(value):
            raise ValueError(f"{name} of {which} is not a number: {value!r}")
    return row


def number(cell):
    """The number in a cell, or the cell itself, which `flower` rejects."""
    try:
        return float(cell)
    except ValueError:
        return cell
