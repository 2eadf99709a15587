"""Which of AWS's containers would serve a model and its script.

Frameworks are recognized by the names of the model's classes: nothing is imported for it, and what
the model needs is imported already.
"""

from collections.abc import Container
from typing import Any

from smrt.errors import UsageError

from .boosting import XGBOOST
from .framework import TOOLKIT, Framework
from .pytorch import PYTORCH
from .scikit_learn import SCIKIT_LEARN

_FRAMEWORKS = {
    ("torch", "Module"): PYTORCH,
    ("xgboost", "Booster"): XGBOOST,
    ("sklearn", "BaseEstimator"): SCIKIT_LEARN,
}
"""By a class of the model: its top-level package, and its name."""


def framework(model: Any, defined: Container[str]) -> Framework:
    """The container for `model`, whose script has the handlers `defined`.

    Raises UsageError if no container predicts without a predict_fn.
    """
    for each in type(model).__mro__:
        found = _FRAMEWORKS.get((each.__module__.partition(".")[0], each.__name__))
        if found:
            return found
    if "predict_fn" in defined or "transform_fn" in defined:
        return TOOLKIT
    if callable(getattr(model, "predict", None)):
        return SCIKIT_LEARN
    raise UsageError(
        "there is neither predict_fn(data, model) nor transform_fn, and the model that model_fn "
        f"returned, of type {type(model).__name__}, has no method predict"
    )
