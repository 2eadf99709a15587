"""A call on its way through the engine."""

from random import getrandbits

from smrt.errors import SmrtError
from smrt.protocol.messages import Headers
from smrt.protocol.responses import SUCCESS

from .call import Completion, Delivery, EngineCall


class Exchange:
    """A call, the count of its attempts, and what is known of the current one."""

    __slots__ = (
        "attempt", "body", "call", "connect_seconds", "credentials_version", "error",
        "first_byte_at", "headers", "invocation_id", "is_fresh_only", "is_in_doubt", "is_reused",
        "last_byte_at", "ready_at", "rejections", "sent_at", "sent_bytes",
        "started_at", "status", "throttles",
    )  # fmt: skip

    def __init__(self, call: EngineCall) -> None:
        self.call = call
        self.attempt, self.throttles, self.rejections = 1, 0, 0
        self.is_fresh_only = self.is_in_doubt = False
        digits = f"{getrandbits(128):032x}"
        self.invocation_id = (
            f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
        )
        self.begin(None)

    def begin(self, now: float | None) -> None:
        """Start an attempt: forget what is known of the last one."""
        self.started_at = now
        self.sent_at: float | None = None
        self.first_byte_at: float | None = None
        self.last_byte_at: float | None = None
        self.connect_seconds = 0.0
        self.sent_bytes = 0
        self.is_reused = False
        self.status: int | None = None
        self.headers: Headers = ()
        self.body = b""
        self.error: SmrtError | None = None
        self.credentials_version = 0

    @property
    def is_success(self) -> bool:
        """Whether the attempt brought a complete response with a status of success."""
        return self.error is None and self.status in SUCCESS

    def completion(self, delivery: Delivery) -> Completion:
        """The end of the call, with what is known of the last attempt."""
        if self.is_in_doubt and delivery is not Delivery.RESPONDED:
            delivery = Delivery.IN_DOUBT
        return Completion(
            self.call,
            self.status,
            self.headers,
            self.body,
            self.error,
            delivery,
            self.attempt,
            self.throttles,
            self.started_at,
            self.sent_at,
            self.first_byte_at,
            self.last_byte_at,
            self.connect_seconds,
        )
