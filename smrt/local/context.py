"""The request as a handler sees it that takes one argument more than it must.

The methods are those of the model server's context, as the toolkit hands it on:
https://github.com/awslabs/multi-model-server/blob/master/mms/context.py
"""

from collections.abc import Mapping

from smrt.protocol.operations import INVOKE_ENDPOINT

CUSTOM_ATTRIBUTES = INVOKE_ENDPOINT.member("CustomAttributes").wire


class Context:
    """One request, and what the handlers say about its answer.

    `index` is the request's place in a batch, which holds one request here.
    """

    def __init__(self, model_dir: str, parameters: Mapping[str, str]) -> None:
        self.system_properties = {"model_dir": model_dir, "gpu_id": None}
        self.request_processor = [self]
        self.status = 200
        self.headers: dict[str, str] = {}
        self._request = {
            INVOKE_ENDPOINT.member(name).wire: value for name, value in parameters.items()
        }

    def get_request_properties(self) -> dict[str, str]:
        """The headers of the request."""
        return dict(self._request)

    def get_all_request_header(self, index: int) -> dict[str, str]:  # noqa: ARG002 - see the class
        """The headers of the request."""
        return dict(self._request)

    def get_request_header(self, index: int, key: str) -> str | None:  # noqa: ARG002 - see the class
        """One header of the request, in any case."""
        return _lower(self._request).get(key.lower())

    def set_response_status(self, code: int = 200, phrase: str = "", index: int = 0) -> None:  # noqa: ARG002
        """The HTTP status of the model's answer; the phrase travels nowhere."""
        self.status = code

    def set_response_header(self, index: int, key: str, value: str) -> None:  # noqa: ARG002
        """One header of the answer; the service hands on the content type and custom attributes."""
        self.headers[key] = value

    def set_response_content_type(self, index: int, value: str) -> None:
        """The content type of the answer."""
        self.set_response_header(index, "Content-Type", value)

    def response_header(self, key: str) -> str | None:
        """What the handlers set, in any case."""
        return _lower(self.headers).get(key.lower())


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
