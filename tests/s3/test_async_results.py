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
    Places,
    Timing,
    follow,
    max_wait_seconds,
    pauses,
    places,
)
from smrt.s3.objects import Location, Object
from smrt.transport.streaming_body import StreamingBody

OUTPUT = Location("bucket", "output/1.out")
FAILURE = Location("bucket", "failure/1-error.out")
BOTH = Places(OUTPUT, FAILURE)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def world(self) -> Timing:
        return Timing(lambda: self.now, self.sleep, lambda: 0.5)


class Shelf:
    """Objects that appear when their time has come; `denied` answers in place of an absent one."""

    def __init__(self, time: Time, *, lists: bool = True) -> None:
        self.time = time
        self.lists = lists
        self.objects: dict[Location, tuple[float, bytes]] = {}
        self.denied: dict[Location, str] = {}
        self.broken: SmrtError | None = None
        self.probes = 0

    def get(self, place: Location) -> Object | None:
        if self.broken:
            raise self.broken
        appears, content = self.objects.get(place, (float("inf"), b""))
        if appears <= self.time.now - 1000:
            return Object("text/csv", StreamingBody(iter([content]), lambda: None))
        if place in self.denied:
            raise denied(self.denied[place])
        return None

    def may_list(self, place: Location) -> bool:  # noqa: ARG002 - the signature of a store
        self.probes += 1
        return self.lists


def denied(message: str) -> ServiceError:
    response = {"Error": {"Code": "AccessDenied", "Message": message}, "ResponseMetadata": {}}
    return ServiceError(response, "GetObject", "what S3 said")


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
def test_the_answer_is_found_soon_after_it_appears(time: Time, shelf: Shelf, after: float) -> None:
    shelf.objects[OUTPUT] = (after, b"answer")
    found = follow(shelf, BOTH, timeout=1000, world=time.world)
    assert found.body.read() == b"answer"
    assert found.content_type == "text/csv"
    assert after <= found.seconds <= after + min(LONGEST, SHORTEST + after)


def test_the_time_that_it_took_counts_from_the_call(time: Time, shelf: Shelf) -> None:
    shelf.objects[OUTPUT] = (0, b"")
    found = follow(shelf, BOTH, timeout=1, begun=990.12345, world=time.world)
    assert found.metadata == {"ContentType": "text/csv", "ElapsedSeconds": 9.877}


def test_an_object_without_a_type_has_none() -> None:
    answer = AsyncResult(None, StreamingBody(iter(()), lambda: None), 1.0)
    assert answer.metadata == {"ElapsedSeconds": 1.0}


def test_a_failure_is_told_in_the_words_that_the_service_left(time: Time, shelf: Shelf) -> None:
    shelf.objects[FAILURE] = (3, b"Received server error (500) \xff\n")
    with pytest.raises(ServiceError) as caught:
        follow(shelf, BOTH, timeout=1000, world=time.world)
    assert caught.value.code == FAILED
    assert caught.value.message == "Received server error (500) \ufffd"
    assert caught.value.details == {"FailureLocation": str(FAILURE)}
    assert caught.value.exit_code == 254


def test_when_time_is_up_it_is_said_what_is_missing(time: Time, shelf: Shelf) -> None:
    with pytest.raises(SmrtError) as caught:
        follow(shelf, BOTH, timeout=2.5, world=time.world)
    assert caught.value.code == "WaitTimeout"
    assert caught.value.exit_code == 255
    assert caught.value.message == f"no answer within 2.5 s: {OUTPUT} is not there"
    assert sum(time.slept) == pytest.approx(2.5)


def test_no_time_at_all_is_one_look(time: Time, shelf: Shelf) -> None:
    shelf.objects[OUTPUT] = (0, b"there")
    assert follow(shelf, BOTH, timeout=0, world=time.world).body.read() == b"there"
    del shelf.objects[OUTPUT]
    with pytest.raises(SmrtError):
        follow(shelf, BOTH, timeout=0, world=time.world)
    assert time.slept == []


def test_without_a_failure_location_a_timeout_says_so(time: Time, shelf: Shelf) -> None:
    with pytest.raises(SmrtError) as caught:
        follow(shelf, Places(OUTPUT), timeout=0, world=time.world)
    assert caught.value.hints == (
        "no failure location is watched: should the model fail, it is not seen",
    )


def test_a_403_that_may_mean_a_missing_object_is_waited_out(
    time: Time, shelf: Shelf, notes: list[str]
) -> None:
    shelf.lists = False
    shelf.denied = {OUTPUT: "Access Denied", FAILURE: "Access Denied"}
    shelf.objects[OUTPUT] = (10, b"answer")
    assert follow(shelf, BOTH, timeout=60, note=notes.append, world=time.world).body.read()
    assert notes == [
        f"S3 says 403 for {place}: it is not there yet, or you may not read it (s3:GetObject); "
        "with s3:ListBucket on bucket S3 would tell which"
        for place in BOTH
    ]
    assert shelf.probes == 2


def test_what_stood_in_the_way_is_told_again_when_time_is_up(time: Time, shelf: Shelf) -> None:
    shelf.lists = False
    shelf.denied = {OUTPUT: "Access Denied"}
    with pytest.raises(SmrtError) as caught:
        follow(shelf, BOTH, timeout=1, world=time.world)
    assert caught.value.code == "WaitTimeout"
    assert caught.value.hints[0].startswith(f"S3 says 403 for {OUTPUT}: ")


LACKS_LIST = "User: u is not authorized to perform: s3:ListBucket on resource: b"
LACKS_READ = "User: u is not authorized to perform: s3:GetObject on resource: b"


@pytest.mark.parametrize(("message", "lists"), [("Access Denied", True), (LACKS_READ, False)])
def test_a_403_that_is_surely_one_ends_the_wait(
    time: Time, shelf: Shelf, message: str, *, lists: bool
) -> None:
    shelf.lists = lists
    shelf.denied = {OUTPUT: message}
    with pytest.raises(ServiceError) as caught:
        follow(shelf, BOTH, timeout=1000, world=time.world)
    assert caught.value.message == message
    assert caught.value.hints == (f"you need s3:GetObject on {OUTPUT}",)
    assert time.slept == []


def test_s3_may_say_itself_that_only_listing_is_lacking(time: Time, shelf: Shelf) -> None:
    shelf.denied = {OUTPUT: LACKS_LIST}
    shelf.objects[OUTPUT] = (1, b"answer")
    assert follow(shelf, BOTH, timeout=5, world=time.world).body.read() == b"answer"
    assert shelf.probes == 0


def test_failures_that_may_not_be_read_do_not_end_the_wait(
    time: Time, shelf: Shelf, notes: list[str]
) -> None:
    shelf.denied = {FAILURE: LACKS_READ}
    shelf.objects[OUTPUT] = (10, b"answer")
    assert follow(shelf, BOTH, timeout=60, note=notes.append, world=time.world).body.read()
    assert notes == [f"failures cannot be seen, only the answer: {LACKS_READ}"]


@pytest.mark.parametrize("place", [OUTPUT, FAILURE])
def test_other_errors_end_the_wait(time: Time, shelf: Shelf, place: Location) -> None:
    class Gone(Shelf):
        def get(self, asked: Location) -> Object | None:
            if asked == place:
                raise ServiceError(
                    {"Error": {"Code": "NoSuchBucket", "Message": ""}, "ResponseMetadata": {}}, "G"
                )
            return None

    with pytest.raises(ServiceError, match="NoSuchBucket"):
        follow(Gone(time), BOTH, timeout=1000, world=time.world)


def test_a_connection_that_fails_ends_the_wait(time: Time, shelf: Shelf) -> None:
    shelf.broken = TransportError("refused")
    with pytest.raises(TransportError):
        follow(shelf, BOTH, timeout=1000, world=time.world)


@given(st.floats(0, 1))
def test_looks_are_frequent_at_first_and_then_rare(drawn: float) -> None:
    found = list(islice(pauses(lambda: drawn), 100))
    assert SHORTEST / 2 <= found[0] <= SHORTEST
    assert LONGEST / 2 <= found[-1] <= LONGEST
    assert found == sorted(found)


def test_two_waits_are_not_in_step() -> None:
    def drawing(*numbers: float) -> Callable[[], float]:
        rest: Iterator[float] = iter(numbers)
        return lambda: next(rest)

    assert next(pauses(drawing(0.1))) != next(pauses(drawing(0.9)))


REPLIES = [
    ({}, ""),
    ({"OutputLocation": "s3://bucket"}, "s3://bucket"),
    ({"OutputLocation": "s3://bucket/"}, "s3://bucket/"),
    ({"OutputLocation": "https://bucket/key"}, "https://bucket/key"),
    ({"OutputLocation": "s3://bucket/key", "FailureLocation": "key"}, "key"),
]


@pytest.mark.parametrize(("reply", "told"), REPLIES)
def test_what_is_no_place_in_s3_is_told(reply: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match="not the address of an object in S3") as caught:
        places(reply)
    assert f"'{told}'" in caught.value.message


def test_the_failure_location_may_be_missing() -> None:
    assert places({"OutputLocation": "s3://b/a/c"}) == (Location("b", "a/c"), None)


PATIENCE = [
    ({}, 21600 + 900 + 60),
    ({"RequestTTLSeconds": 60}, 60 + 900 + 60),
    ({"RequestTTLSeconds": 100, "InvocationTimeoutSeconds": 3600}, 100 + 3600 + 60),
]


@pytest.mark.parametrize(("parameters", "seconds"), PATIENCE)
def test_patience_ends_when_no_answer_can_come(parameters: dict[str, int], seconds: float) -> None:
    assert max_wait_seconds(parameters) == seconds <= DEFAULT_MAX_WAIT_SECONDS
