from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import ServiceError, SmrtError, TransportError, UsageError
from smrt.s3.async_results import (
    DEFAULT_MAX_WAIT_SECONDS,
    FAILED,
    LONGEST,
    SHORTEST,
    AsyncResult,
    ResultLocations,
    Timing,
    follow,
    max_wait_seconds,
    pauses,
    result_locations,
)
from smrt.s3.objects import Location, Object
from smrt.s3.s3_translation import BROKEN_RESPONSES
from smrt.transport.streaming_body import StreamingBody

OUTPUT = Location("bucket", "output/1.out")
FAILURE = Location("bucket", "failure/1-error.out")
BOTH = ResultLocations(OUTPUT, FAILURE)


class Time:
    """A clock that only `sleep` advances."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def timing(self) -> Timing:
        return Timing(lambda: self.now, self.sleep, lambda: 0.5)


class Shelf:
    """Objects that appear at their time; those in `denied` return 403 until then."""

    def __init__(self, time: Time, *, lists: bool = True) -> None:
        self.time = time
        self.lists = lists
        self.objects: dict[Location, tuple[float, bytes]] = {}
        self.denied: dict[Location, str] = {}
        self.broken: SmrtError | None = None
        self.broken_until = float("inf")
        self.probes = 0

    def get(self, location: Location) -> Object | None:
        if self.broken and self.time.now - 1000 < self.broken_until:
            raise self.broken
        appears, content = self.objects.get(location, (float("inf"), b""))
        if appears <= self.time.now - 1000:
            return Object("text/csv", StreamingBody(iter([content]), lambda: None))
        if location in self.denied:
            raise denied(self.denied[location])
        return None

    def may_list(self, location: Location) -> bool:  # noqa: ARG002 - the signature of a store
        self.probes += 1
        return self.lists


def denied(message: str) -> ServiceError:
    response = {"Error": {"Code": "AccessDenied", "Message": message}, "ResponseMetadata": {}}
    return ServiceError(response, "GetObject", "message of S3")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def shelf(time: Time) -> Shelf:
    return Shelf(time)


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.mark.parametrize("after", [0, 0.05, 1, 30, 600])
def test_the_result_is_returned_soon_after_it_appears(
    time: Time, shelf: Shelf, after: float
) -> None:
    shelf.objects[OUTPUT] = (after, b"output")
    result = follow(shelf, BOTH, timeout=1000, timing=time.timing)
    assert result.body.read() == b"output"
    assert result.content_type == "text/csv"
    assert after <= result.seconds <= after + min(LONGEST, SHORTEST + after)


def test_the_elapsed_time_starts_with_the_call(time: Time, shelf: Shelf) -> None:
    shelf.objects[OUTPUT] = (0, b"")
    result = follow(shelf, BOTH, timeout=1, started_at=990.12345, timing=time.timing)
    assert result.metadata == {"ContentType": "text/csv", "ElapsedSeconds": 9.877}


def test_an_object_can_have_no_content_type() -> None:
    result = AsyncResult(None, StreamingBody(iter(()), lambda: None), 1.0)
    assert result.metadata == {"ElapsedSeconds": 1.0}


def test_a_failure_has_the_message_that_the_service_recorded(time: Time, shelf: Shelf) -> None:
    shelf.objects[FAILURE] = (3, b"Received server error (500) \xff\n")
    with pytest.raises(ServiceError) as caught:
        follow(shelf, BOTH, timeout=1000, timing=time.timing)
    assert caught.value.code == FAILED
    assert caught.value.message == "Received server error (500) \ufffd"
    assert caught.value.details == {"FailureLocation": str(FAILURE)}
    assert caught.value.exit_code == 254


def test_a_timeout_reports_the_missing_object(time: Time, shelf: Shelf) -> None:
    with pytest.raises(SmrtError) as caught:
        follow(shelf, BOTH, timeout=2.5, timing=time.timing)
    assert caught.value.code == "WaitTimeout"
    assert caught.value.exit_code == 255
    assert caught.value.message == f"no result within 2.5 s: {OUTPUT} does not exist"
    assert sum(time.slept) == pytest.approx(2.5)


def test_a_timeout_of_zero_polls_once(time: Time, shelf: Shelf) -> None:
    shelf.objects[OUTPUT] = (0, b"there")
    assert follow(shelf, BOTH, timeout=0, timing=time.timing).body.read() == b"there"
    del shelf.objects[OUTPUT]
    with pytest.raises(SmrtError):
        follow(shelf, BOTH, timeout=0, timing=time.timing)
    assert time.slept == []


def test_a_timeout_without_a_failure_location_has_a_hint(time: Time, shelf: Shelf) -> None:
    with pytest.raises(SmrtError) as caught:
        follow(shelf, ResultLocations(OUTPUT), timeout=0, timing=time.timing)
    assert caught.value.hints == (
        "there is no failure location, so smrt cannot report a failure of the model",
    )


def test_a_403_that_can_mean_a_missing_object_does_not_end_the_wait(
    time: Time, shelf: Shelf, notes: list[str]
) -> None:
    shelf.lists = False
    shelf.denied = {OUTPUT: "Access Denied", FAILURE: "Access Denied"}
    shelf.objects[OUTPUT] = (10, b"output")
    assert follow(shelf, BOTH, timeout=60, note=notes.append, timing=time.timing).body.read()
    assert notes == [
        f"S3 returned 403 for {location}: it does not exist yet, or you need s3:GetObject; "
        "with s3:ListBucket on bucket, S3 returns 404 while it does not exist"
        for location in BOTH
    ]
    assert shelf.probes == 2


def test_a_timeout_repeats_the_403s_as_hints(time: Time, shelf: Shelf) -> None:
    shelf.lists = False
    shelf.denied = {OUTPUT: "Access Denied"}
    with pytest.raises(SmrtError) as caught:
        follow(shelf, BOTH, timeout=1, timing=time.timing)
    assert caught.value.code == "WaitTimeout"
    assert caught.value.hints[0].startswith(f"S3 returned 403 for {OUTPUT}: ")


LACKS_LIST = "User: u is not authorized to perform: s3:ListBucket on resource: b"
LACKS_READ = "User: u is not authorized to perform: s3:GetObject on resource: b"


@pytest.mark.parametrize(("message", "lists"), [("Access Denied", True), (LACKS_READ, False)])
def test_a_403_for_reading_ends_the_wait(
    time: Time, shelf: Shelf, message: str, *, lists: bool
) -> None:
    shelf.lists = lists
    shelf.denied = {OUTPUT: message}
    with pytest.raises(ServiceError) as caught:
        follow(shelf, BOTH, timeout=1000, timing=time.timing)
    assert caught.value.message == message
    assert caught.value.hints == (f"you need s3:GetObject on {OUTPUT}",)
    assert time.slept == []


def test_s3_can_report_that_only_listing_is_denied(time: Time, shelf: Shelf) -> None:
    shelf.denied = {OUTPUT: LACKS_LIST}
    shelf.objects[OUTPUT] = (1, b"output")
    assert follow(shelf, BOTH, timeout=5, timing=time.timing).body.read() == b"output"
    assert shelf.probes == 0


def test_unreadable_failures_do_not_end_the_wait(
    time: Time, shelf: Shelf, notes: list[str]
) -> None:
    shelf.denied = {FAILURE: LACKS_READ}
    shelf.objects[OUTPUT] = (10, b"output")
    assert follow(shelf, BOTH, timeout=60, note=notes.append, timing=time.timing).body.read()
    assert notes == [f"cannot check for a failure, only for the output: {LACKS_READ}"]


@pytest.mark.parametrize("location", [OUTPUT, FAILURE])
def test_other_errors_end_the_wait(time: Time, shelf: Shelf, location: Location) -> None:
    class Gone(Shelf):
        def get(self, requested: Location) -> Object | None:
            if requested == location:
                raise ServiceError(
                    {"Error": {"Code": "NoSuchBucket", "Message": ""}, "ResponseMetadata": {}}, "G"
                )
            return None

    with pytest.raises(ServiceError, match="NoSuchBucket"):
        follow(Gone(time), BOTH, timeout=1000, timing=time.timing)


def test_a_connection_that_fails_ends_the_wait(time: Time, shelf: Shelf) -> None:
    shelf.broken = TransportError("refused")
    with pytest.raises(TransportError):
        follow(shelf, BOTH, timeout=1000, timing=time.timing)


UNREADABLE = sorted(BROKEN_RESPONSES)


@pytest.mark.parametrize("code", UNREADABLE)
def test_a_response_that_cannot_be_read_is_followed_by_another_poll(
    time: Time, shelf: Shelf, notes: list[str], code: str
) -> None:
    shelf.broken, shelf.broken_until = TransportError("cut", code=code), 10
    shelf.objects[OUTPUT] = (0, b"output")
    result = follow(shelf, BOTH, timeout=1000, note=notes.append, timing=time.timing)
    assert result.body.read() == b"output"
    assert notes == ["polling again: cut"]


@pytest.mark.parametrize("timeout", [0, 10])
def test_a_timeout_reports_the_last_response_if_it_cannot_be_read(
    time: Time, shelf: Shelf, timeout: float
) -> None:
    shelf.broken = TransportError("cut", code="ResponseStreamingError")
    with pytest.raises(TransportError, match="cut"):
        follow(shelf, BOTH, timeout=timeout, timing=time.timing)


def test_a_failure_that_cannot_be_read_is_read_again(time: Time, shelf: Shelf) -> None:
    def cut() -> Iterator[bytes]:
        yield b"the mod"
        raise TransportError("cut", code="ResponseStreamingError")

    class Cutting(Shelf):
        def get(self, location: Location) -> Object | None:
            found = super().get(location)
            first = found and self.time.now == 1000
            return Object(None, StreamingBody(cut(), lambda: None)) if first else found

    cutting = Cutting(time)
    cutting.objects[FAILURE] = (0, b"the model failed")
    with pytest.raises(ServiceError, match="the model failed"):
        follow(cutting, BOTH, timeout=1000, timing=time.timing)


@given(st.floats(0, 1))
def test_polls_are_frequent_at_first_and_then_rare(number: float) -> None:
    intervals = list(islice(pauses(lambda: number), 100))
    assert SHORTEST / 2 <= intervals[0] <= SHORTEST
    assert LONGEST / 2 <= intervals[-1] <= LONGEST
    assert intervals == sorted(intervals)


def test_two_waits_have_different_pauses() -> None:
    def sequence(*numbers: float) -> Callable[[], float]:
        rest: Iterator[float] = iter(numbers)
        return lambda: next(rest)

    assert next(pauses(sequence(0.1))) != next(pauses(sequence(0.9)))


INVALID = [
    ({}, ""),
    ({"OutputLocation": "s3://bucket"}, "s3://bucket"),
    ({"OutputLocation": "s3://bucket/"}, "s3://bucket/"),
    ({"OutputLocation": "https://bucket/key"}, "https://bucket/key"),
    ({"OutputLocation": "s3://bucket/key", "FailureLocation": "key"}, "key"),
]


@pytest.mark.parametrize(("response", "uri"), INVALID)
def test_an_invalid_s3_uri_is_reported(response: dict[str, str], uri: str) -> None:
    with pytest.raises(UsageError, match="not the S3 URI of an object") as caught:
        result_locations(response)
    assert f"'{uri}'" in caught.value.message


def test_the_failure_location_is_optional() -> None:
    assert result_locations({"OutputLocation": "s3://b/a/c"}) == (Location("b", "a/c"), None)


MAX_WAITS = [
    ({}, 21600 + 900 + 60),
    ({"RequestTTLSeconds": 60}, 60 + 900 + 60),
    ({"RequestTTLSeconds": 100, "InvocationTimeoutSeconds": 3600}, 100 + 3600 + 60),
    ({"RequestTTLSeconds": 10**400, "InvocationTimeoutSeconds": 10**400}, 21600 + 3600 + 60),
]


@pytest.mark.parametrize(("parameters", "seconds"), MAX_WAITS)
def test_the_maximum_wait_follows_from_the_parameters(
    parameters: dict[str, int], seconds: float
) -> None:
    assert max_wait_seconds(parameters) == seconds <= DEFAULT_MAX_WAIT_SECONDS
