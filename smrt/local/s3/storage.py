"""S3 on loopback: moto's, in this process, imported when the first client comes.

Needs the extra `local-async`. Importing moto takes half a second, which those do not pay who call
no asynchronous endpoint.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from threading import Lock, Thread
from typing import TYPE_CHECKING
from uuid import uuid4
from xml.sax.saxutils import escape

from smrt.config import configuration
from smrt.local import loopback
from smrt.local.refusal import REGION, Refusal, denied
from smrt.local.server import Server
from smrt.local.server_response import ServerResponse, date_header
from smrt.local.signature import CREDENTIALS
from smrt.protocol.messages import Request, Settings
from smrt.protocol.responses import header
from smrt.s3 import botocore_client as s3_client
from smrt.s3.objects import S3

from . import authorization

if TYPE_CHECKING:
    from .moto_app import MotoS3

BUCKET = "smrt-local"
_NEEDED = ("moto", "flask", "flask_cors")
_NOWHERE = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
_CODES = {
    "AccessDeniedException": "AccessDenied",
    "IncompleteSignature": "AuthorizationHeaderMalformed",
    "InvalidSignatureException": "SignatureDoesNotMatch",
}
"""S3's codes for what the runtime calls otherwise."""


def installed() -> bool:
    """Whether the extra is there."""
    return all(find_spec(name) is not None for name in _NEEDED)


class Storage:
    """S3 with the bucket BUCKET, empty; `serve` runs until `close` is called elsewhere.

    `clock` gives seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._moto: MotoS3 | None = None
        self._server = Server(self.answer)
        self.serve = self._server.serve
        self.url = self._server.url

    @cached_property
    def s3(self) -> S3:
        """A client of it."""
        settings = Settings(region=REGION, endpoint_url=self.url)
        return s3_client.connect(configuration.load(_NOWHERE), settings, lambda: CREDENTIALS)

    def answer(self, request: Request) -> ServerResponse:
        """The response to `request`, errors included."""
        now = self._clock()
        try:
            _check_sender(request)
            authorization.check_authorization(request, now=now)
            response = self._loaded().answer(request)
        except Refusal as exc:
            response = _refused(exc)
        return response._replace(headers=(*response.headers, date_header(now)))

    def close(self) -> None:
        """End `serve`."""
        if "s3" in self.__dict__:
            self.s3.close()
        self._server.close()

    def _loaded(self) -> "MotoS3":
        with self._lock:
            if self._moto is None:
                from .moto_app import MotoS3

                self._moto = MotoS3(BUCKET, REGION)
            return self._moto


@contextmanager
def running(clock: Callable[[], float]) -> Iterator[Storage]:
    """S3 in the background."""
    storage = Storage(clock)
    thread = Thread(target=storage.serve, daemon=True)
    thread.start()
    try:
        yield storage
    finally:
        storage.close()
        thread.join()


def _check_sender(request: Request) -> None:
    """Refuse what web pages send, and what is meant for another service of AWS."""
    if reason := loopback.objection(request):
        raise denied(reason)
    path = request.url.target.partition("?")[0]
    is_action = request.method == "POST" and path == "/" and not _is_virtual(request)
    if is_action or header(request.headers, "X-Amz-Target") is not None:
        raise denied("Of AWS's services, only S3 is here")


def _is_virtual(request: Request) -> bool:
    """Whether the bucket is in the Host header."""
    return bool(loopback.subdomain(header(request.headers, "Host") or ""))


def _refused(exc: Refusal) -> ServerResponse:
    code = _CODES.get(exc.code, exc.code)
    request_id = str(uuid4())
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code>'
        f"<Message>{escape(exc.message)}</Message><RequestId>{request_id}</RequestId></Error>"
    ).encode()
    headers = (
        ("Content-Type", "application/xml"),
        ("Content-Length", str(len(body))),
        ("x-amz-request-id", request_id),
    )
    return ServerResponse(exc.status, headers, body)
