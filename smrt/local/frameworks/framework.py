"""The defaults of a container, and those that all containers with AWS's newer toolkit share.

https://github.com/aws/sagemaker-inference-toolkit
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from smrt.local import media

Handler = Callable[..., Any]
"""A handler whose last argument is the context, added if the author's function has none."""


class Framework(NamedTuple):
    """A container's default handlers, and how it reads requests.

    `content_type` is that of a request without one. If `reports_unsupported`, an unsupported
    content type is a client's error; otherwise it is an error of the model.
    """

    steps: Mapping[str, Handler]
    content_type: str | None = None
    reports_unsupported: bool = False

    def completed(self, defined: Mapping[str, Handler]) -> "Framework":
        """The handlers `defined` by a script, with the defaults for those that it left out."""
        has_all = "transform_fn" in defined
        return self._replace(steps=defined if has_all else {**self.steps, **defined})


def decoded_input(body: Any, content_type: str | None, _: object) -> Any:
    """The default input_fn: an array."""
    return media.decode(body, content_type)


def first_supported_output(prediction: Any, accept: str, _: object) -> Any:
    """The default output_fn: the first supported type of `accept`. An iterator stays one."""
    if isinstance(prediction, Iterator):
        return prediction
    return media.encode_prediction(prediction, accept)


def output_of_one_type(prediction: Any, accept: str, _: object) -> Any:
    """The default output_fn of sagemaker-containers, the older toolkit: `accept` is one type."""
    if isinstance(prediction, Iterator):
        return prediction
    return media.encode(prediction, accept), accept


TOOLKIT = Framework({"input_fn": decoded_input, "output_fn": first_supported_output})
"""There is no default predict_fn."""
