"""Decides what the end of a request means for its records."""

from collections import deque

from smrt.batching.job.outcomes import InDoubt
from smrt.batching.records.packing import Pack, halve_pack
from smrt.engine.call import Completion, Delivery
from smrt.errors import SmrtError

from .failure_rules import error_of_all, is_halved
from .flight import Flight
from .halving import HalvingRule
from .result_recorder import ResultRecorder
from .tally import Tally
from .work import Work


class Settlement:
    """Makes results of responses; requests that are to be halved wait in `halves`."""

    def __init__(self, work: Work, recorder: ResultRecorder, tally: Tally) -> None:
        self._work, self._recorder, self._tally = work, recorder, tally
        self._halving = HalvingRule()
        self.halves: deque[Flight] = deque()

    def settle(
        self, completion: Completion, flight: Flight, *, is_stopping: bool
    ) -> SmrtError | None:
        """Store what the call means for its records; return an error that would meet all."""
        error = completion.error
        if error is None:
            self._succeed(completion, flight)
            return None
        failure = error_of_all(completion, has_own_endpoint=_names_endpoint(flight.pack))
        if failure is not None or (is_stopping and _may_be_repeated(completion)):
            if completion.delivery is not Delivery.IN_DOUBT:
                self._recorder.put_back(flight)
        elif len(flight.pack.records) > 1 and self._halving.permits and is_halved(error):
            self._halve(flight)
        else:
            self._fail(completion, flight, error)
        return failure

    def _succeed(self, completion: Completion, flight: Flight) -> None:
        assert completion.started_at is not None
        assert completion.last_byte_at is not None
        self._tally.responded(completion.last_byte_at - completion.started_at)
        records, render = flight.pack.records, self._work.renderer.success
        more = self._work.details(completion, len(records))
        try:
            parts = self._work.parts(completion, len(records))
        except SmrtError as exc:
            self._fail(completion, flight, exc)
            return
        results = [render(*pair, more) for pair in zip(records, parts, strict=True)]
        flight.family.has_success = True
        self._recorder.store(flight.partition, results)
        self._ended(flight)

    def _fail(self, completion: Completion, flight: Flight, error: SmrtError) -> None:
        """Each record of the request gets `error` as its result."""
        records = flight.pack.records
        is_in_doubt = error is completion.error and completion.delivery is Delivery.IN_DOUBT
        if is_in_doubt and self._work.in_doubt is InDoubt.SKIP:
            self._recorder.doubt(flight.partition, records, error.code, error.message)
        else:
            more = self._work.details(completion, len(records))
            render = self._work.renderer.failure
            failures = [render(record, error.code, error.message, more) for record in records]
            self._recorder.store(flight.partition, failures)
        self._ended(flight)

    def _halve(self, flight: Flight) -> None:
        self._tally.halved += 1
        flight.family.is_halved = True
        for half in halve_pack(flight.pack, self._work.limits):
            self.halves.append(flight._replace(pack=half))

    def _ended(self, flight: Flight) -> None:
        """The records of a request have their results; so may have all of its family."""
        flight.family.remaining -= len(flight.pack.records)
        if not flight.family.remaining:
            self._halving.ended(flight.family)


def _names_endpoint(pack: Pack) -> bool:
    return "EndpointName" in pack.parameters


def _may_be_repeated(completion: Completion) -> bool:
    """Whether a call that ended while the run stops has no result, and is left to the next run."""
    return completion.delivery is not Delivery.RESPONDED
