"""The context that handlers may take as their last argument.

It has the methods of the model server's context, which the toolkit passes on:
https://github.com/awslabs/multi-model-server/blob/master/mms/context.py
"""

from collections.abc import Mapping

from smrt.protocol.operations import INVOKE_ENDPOINT

CUSTOM_ATTRIBUTES = INVOKE_ENDPOINT.member("CustomAttributes").wire


class Context:
    """One request, and the status and headers that handlers set for its response.

    `index` is the position in a batch, which has one request here.
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
        """One header of the request; its name is case-insensitive."""
        return _lower(self._request).get(key.lower())

    def set_response_status(self, code: int = 200, phrase: str = "", index: int = 0) -> None:  # noqa: ARG002
        """Set the HTTP status of the response; the phrase is ignored."""
        self.status = code

    def set_response_header(self, index: int, key: str, value: str) -> None:  # noqa: ARG002
        """Set a header of the response; the service forwards content type and custom attributes."""
        self.headers[key] = value

    def set_response_content_type(self, index: int, value: str) -> None:
        """Set the content type of the response."""
        self.set_response_header(index, "Content-Type", value)

    def response_header(self, key: str) -> str | None:
        """A header that handlers set; its name is case-insensitive."""
        return _lower(self.headers).get(key.lower())


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
